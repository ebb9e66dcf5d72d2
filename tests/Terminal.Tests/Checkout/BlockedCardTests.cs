using SmartCardCrm.CardProtocol;
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

    [Fact]
    public void A_blocked_card_is_told_so_once_and_a_terminal_that_has_not_heard_declines_it()
    {
        using var away = new Shop(_chain, number: 2);
        _shop.Hear(Listed(1, true));
        _shop.Hear(SaleTests.Action(1, points: 5));
        _shop.Hear(Blocks(2, true));

        var states = new[] { _shop.Sell(_card, 20_00), _shop.Sell(_card, 20_00), away.Sell(_card, 20_00) };

        Assert.All(states, state => Assert.Equal(Declined, state));
        var record = SaleTests.RecordOn(_card);
        Assert.Equal(
            (true, LogKind.CardAction, (ushort)2, 5, 0),
            (record.Blocked, record.Kind, record.LastCardAction, record.BalanceAfter, record.Earned));
        Assert.Equal((2u, 5), (_card.Look().Tmc, _card.Look().Points));
        Assert.Equal(
            [
                EntryBody.ContentOneofCase.Intent, EntryBody.ContentOneofCase.Outcome,
                EntryBody.ContentOneofCase.Suspicion, EntryBody.ContentOneofCase.Suspicion,
            ],
            _shop.Story);
        Assert.Empty(_shop.Till.Days.Current().Totals);
    }

    [Fact]
    public void A_card_that_is_let_in_again_is_served_and_says_so_no_more()
    {
        _shop.Hear(Listed(1, true));
        _shop.Hear(Blocks(1, true));
        _shop.Sell(_card, 20_00);
        _shop.Hear(Listed(1, false));
        _shop.Hear(Blocks(2, false));

        Assert.IsType<CheckoutState.Completed>(_shop.Sell(_card, 20_00));
        Assert.False(SaleTests.RecordOn(_card).Blocked);
    }

    [Fact]
    public void A_card_that_is_to_be_blocked_is_not_served_by_who_has_not_heard_of_the_list()
    {
        _shop.Hear(Blocks(1, true));

        Assert.Equal(Declined, _shop.Sell(_card, 20_00));
        Assert.True(SaleTests.RecordOn(_card).Blocked);
    }

    [Fact]
    public void A_mark_torn_anywhere_is_made_once_and_the_till_hears_that_the_card_is_blocked()
    {
        // Read and opened, 5 exchanges; the record, CommitReaderID and CommitTransaction.
        for (var tear = 12; tear <= 17; tear++)
        {
            using var shop = new Shop(_chain);
            var card = _chain.Issue();
            shop.Hear(Listed(1, true));
            shop.Hear(Blocks(1, true));
            card.Tear(tear / 2, tear % 2 == 0 ? TearMoment.Before : TearMoment.After);

            Assert.Equal(Declined, shop.Sell(card, 20_00));
            Assert.Equal(Declined, shop.Sell(card, 20_00));

            Assert.Equal((2u, true), (card.Look().Tmc, SaleTests.RecordOn(card).Blocked));
            Assert.Empty(shop.Till.Journal.OpenDoubts());
        }
    }

    [Fact]
    public void What_headquarters_wants_of_a_card_is_not_done_to_another_with_its_uid()
    {
        var item = Chain.ItemOf(1);
        item.Card.CardNumber = 99;
        _shop.Hear(new FeedItem { Card = item });
        _shop.Hear(Listed(1, true));
        _shop.Hear(Blocks(1, true));

        Assert.Equal(Declined, _shop.Sell(_card, 20_00));

        Assert.Equal(1u, _card.Look().Tmc);
    }

    private static CheckoutState Declined => new CheckoutState.Declined(DeclineReason.CardBlocked);

    private static FeedItem Blocks(uint number, bool blocks)
    {
        var item = SaleTests.Action(number, points: 0);
        item.CardAction.Blocks = blocks;
        return item;
    }

    internal static FeedItem Listed(ushort number, bool listed) => new()
    {
        Hotlist = new HotlistItem { Uid = Chain.ItemOf(number).Card.Uid, Listed = listed },
    };
}
