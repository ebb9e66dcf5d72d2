using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.World.Tests;

/// <summary>A block from head office to the tap.</summary>
public sealed class BlockedCardTests
{
    [Fact]
    public void A_card_blocked_at_headquarters_is_declined_everywhere_until_it_is_unblocked()
    {
        using var chain = new SmallChain();
        chain.World.Blocks.Block(chain.Card);
        chain.Pass(TimeSpan.FromHours(1));

        var states = chain.World.Places
            .Select(place => chain.World.Cashier.Serve(place.Terminal, chain.Card, 1000, 0)!.Told).ToList();
        chain.World.Blocks.UnblockAll();
        chain.Pass(TimeSpan.FromHours(1));

        Assert.All(
            states, told => Assert.Equal(new CheckoutState.Declined(DeclineReason.CardBlocked), told));
        Assert.IsType<CheckoutState.Completed>(chain.Sell().Told);
        chain.Settle();
    }

    [Fact]
    public void A_blocked_card_that_was_served_is_a_violation()
    {
        using var chain = new SmallChain();
        chain.World.Blocks.Block(chain.Card);
        chain.Pass(TimeSpan.FromHours(1));
        var purchase = chain.Untapped();
        var presentation = new Presentation(purchase, Operation.Earn, null) { WasListed = true, Commits = 1 };

        Assert.Equal("hotlist", SmallChain.Violated(() => chain.World.Truth.Committed(
            chain.Card, chain.Next(purchase), presentation)));
    }
}
