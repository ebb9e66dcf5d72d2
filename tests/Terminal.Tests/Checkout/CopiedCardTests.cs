using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>A copy of a card at the till that has served the card itself, of which headquarters has not heard
/// yet.</summary>
public sealed class CopiedCardTests : IDisposable
{
    private const int Commit = 9;

    private readonly Chain _chain = new();
    private readonly Shop _shop;
    private readonly SimulatedCard _card;

    public CopiedCardTests()
    {
        _shop = new Shop(_chain);
        _card = _chain.Issue();
    }

    public void Dispose() => _shop.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_copy_of_what_the_card_was_is_declined_and_reported(bool afterRestart)
    {
        var copy = _card.Clone();
        _shop.Sell(_card, 100_00);
        if (afterRestart)
            _shop.Restart();

        Assert.Equal(new CheckoutState.Declined(DeclineReason.CardSuspect), _shop.Sell(copy, 20_00));

        var suspicion = _shop.Entries[^1].Suspicion;
        Assert.Equal(
            ("counter-behind", 1u, 0, 2u, 100),
            (suspicion.Code, suspicion.CounterRead, suspicion.BalanceRead, suspicion.CounterKnown,
                suspicion.BalanceKnown));
        Assert.IsType<CheckoutState.Completed>(_shop.Sell(_card, 20_00, redeem: 100));
    }

    [Fact]
    public void A_copy_that_has_gone_on_elsewhere_is_declined_at_the_same_counter()
    {
        var copy = _card.Clone();
        using var elsewhere = new Shop(_chain, number: 2);
        elsewhere.Sell(copy, 100_00);
        _shop.Sell(_card, 100_00);

        Assert.Equal(new CheckoutState.Declined(DeclineReason.CardSuspect), _shop.Sell(copy, 20_00));

        Assert.Equal("state-differs", _shop.Entries[^1].Suspicion.Code);
    }

    [Fact]
    public void A_copy_of_a_card_whose_doubt_was_settled_here_is_declined()
    {
        var copy = _card.Clone();
        var checkout = _shop.Post(100_00);
        _card.Tear(Commit, TearMoment.After);
        _shop.Present(_card);
        Assert.IsType<CheckoutState.InDoubt>(_shop.StateOf(checkout));
        _shop.Present(_card);

        Assert.Equal(new CheckoutState.Declined(DeclineReason.CardSuspect), _shop.Sell(copy, 20_00));
    }

    [Fact]
    public void A_card_that_others_have_served_since_is_no_copy()
    {
        using var elsewhere = new Shop(_chain, number: 2);
        _shop.Sell(_card, 100_00);
        elsewhere.Sell(_card, 30_00);

        Assert.IsType<CheckoutState.Completed>(_shop.Sell(_card, 20_00, redeem: 10));
    }

    [Fact]
    public void Who_asks_with_a_copy_learns_nothing_of_the_card()
    {
        var copy = _card.Clone();
        _shop.Sell(_card, 100_00);

        var asked = _shop.Post(new Order.Enquiry(null, 0, WithMember: true));
        _shop.Present(copy);

        Assert.Equal(new CheckoutState.Declined(DeclineReason.CardSuspect), _shop.StateOf(asked));
    }
}
