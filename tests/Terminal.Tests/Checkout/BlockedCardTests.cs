using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>A card on the hotlist, at a till.</summary>
public sealed class BlockedCardTests : IDisposable
{
    private const byte WriteRecord = 0x8B;

    private readonly Chain _chain = new();
    private readonly Shop _shop;
    private readonly SimulatedCard _card;

    public BlockedCardTests()
    {
        _shop = new Shop(_chain);
        _card = _chain.Issue();
    }

    public void Dispose() => _shop.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_listed_card_known_or_not_is_declined_before_anything_is_written(ushort number)
    {
        var card = _chain.Issue(number);
        _shop.Hear(Listed(number, true));

        var checkout = _shop.Post(20_00);
        var sent = _shop.Present(card);

        Assert.Equal(new CheckoutState.Declined(DeclineReason.CardBlocked), _shop.StateOf(checkout));
        Assert.DoesNotContain(sent, apdu => apdu[1] is WriteRecord or 0x0C or 0xDC or 0xC7 or 0xC8);
        var entry = Assert.Single(_shop.Entries).Suspicion;
        Assert.Equal(
            ("card-blocked", 1u, (ulong)number), (entry.Code, entry.CounterRead, entry.Card.CardNumber));
    }

    [Fact]
    public void A_card_taken_off_the_list_is_served_again()
    {
        _shop.Hear(Listed(1, true));
        _shop.Hear(Listed(1, false));
        _shop.Restart();

        Assert.IsType<CheckoutState.Completed>(_shop.Sell(_card, 20_00));
    }

    [Fact]
    public void Who_asks_is_told_that_the_card_is_blocked_and_nobody_writes_it_down()
    {
        _shop.Hear(Listed(1, true));

        var asked = _shop.Post(new Order.Enquiry(null, 0, WithMember: true));
        _shop.Present(_card);

        var answer = Assert.IsType<CheckoutState.Answered>(_shop.StateOf(asked)).Result;
        Assert.Equal((DeclineReason.CardBlocked, "en"), (answer.Declined, answer.Language));
        Assert.Empty(_shop.Entries);
    }

    [Fact]
    public void While_the_list_is_damaged_cards_earn_and_redeem_nothing()
    {
        _shop.Sell(_card, 100_00);
        _shop.Hear(Listed(3, true));
        _shop.Till.Database.Durably(c => c.Run("UPDATE hotlist_change SET change = change + 2"));
        _shop.Restart();

        var state = Assert.IsType<CheckoutState.Completed>(_shop.Sell(_card, 20_00, redeem: 10));

        Assert.Equal(
            (20, 0, RedemptionLimit.ReplicaOld),
            (state.Result.Earned, state.Result.Redeemed, state.Result.RedemptionLimit));
    }

    private static FeedItem Listed(ushort number, bool listed) => new()
    {
        Hotlist = new HotlistItem { Uid = Chain.ItemOf(number).Card.Uid, Listed = listed },
    };
}
