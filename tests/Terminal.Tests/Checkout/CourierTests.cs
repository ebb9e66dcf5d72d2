using SmartCardCrm.CardProtocol;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>What a terminal carries to headquarters of what others have done to a card.</summary>
public sealed class CourierTests : IDisposable
{
    private const byte ReadRecords = 0xAB;

    private readonly Chain _chain = new();
    private readonly Shop _shop;
    private readonly Shop _other;
    private readonly SimulatedCard _card;

    public CourierTests() =>
        (_shop, _other, _card) = (new Shop(_chain), new Shop(_chain, number: 2), _chain.Issue());

    public void Dispose()
    {
        _shop.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void Others_sales_that_headquarters_has_not_acknowledged_are_written_down_after_the_own()
    {
        SellAtTheOther(3);

        _shop.Sell(_card, 100);

        // Of n = 4 the sale itself tells, under the card's signature.
        Assert.Equal(
            [(3u, 2u, 1), (2u, 2u, 1)],
            Carried().Select(record => (record.Counter, record.Terminal, record.Earned)));
        Assert.Equal(
            [
                EntryBody.ContentOneofCase.Intent, EntryBody.ContentOneofCase.Outcome,
                EntryBody.ContentOneofCase.CardLog,
            ],
            _shop.Story);
        Assert.Equal(1u, Assert.Single(Logs()).Card.Generation);
    }

    [Fact]
    public void Nothing_is_asked_where_headquarters_has_acknowledged_all()
    {
        SellAtTheOther(3);
        _shop.Hear(new FeedItem { Card = Chain.ItemOf(1, acknowledged: 4, balance: 3) });

        _shop.Post(100);

        Assert.Equal(1, LogReads(_shop.Present(_card)));
        Assert.Empty(Logs());
    }

    [Fact]
    public void Nor_where_only_the_one_before_is_new_which_the_own_sale_tells()
    {
        SellAtTheOther(1);

        _shop.Post(100);

        Assert.Equal(1, LogReads(_shop.Present(_card)));
        Assert.Empty(Logs());
    }

    [Fact]
    public void A_stranger_s_own_word_counts_for_what_was_acknowledged()
    {
        SellAtTheOther(2);
        _other.Hear(new FeedItem { Card = Chain.ItemOf(1, acknowledged: 3, balance: 2) });
        SellAtTheOther(2);
        using var stranger = new Shop(_chain, number: 3, cards: 9);

        stranger.Sell(_card, 100);

        Assert.Equal([4u], Carried(stranger).Select(record => record.Counter));
    }

    [Fact]
    public void The_log_tells_ten_and_costs_four_more_exchanges()
    {
        SellAtTheOther(14);

        _shop.Post(100);
        var wire = _shop.Present(_card);

        Assert.Equal(1 + 4, LogReads(wire));
        Assert.Equal(Enumerable.Range(7, 8).Reverse(), Carried().Select(record => (int)record.Counter));
    }

    [Fact]
    public void What_was_carried_is_not_carried_again()
    {
        SellAtTheOther(3);
        _shop.Sell(_card, 100);
        SellAtTheOther(2);

        _shop.Sell(_card, 100);
        _shop.Post(100);
        var wire = _shop.Present(_card);

        Assert.Equal([3u, 2u, 6u], Carried().Select(record => record.Counter));
        Assert.Equal(1, LogReads(wire));
    }

    [Fact]
    public void Own_sales_need_no_courier()
    {
        _shop.Sell(_card, 100);
        _shop.Sell(_card, 100);

        _shop.Sell(_card, 100);

        Assert.Empty(Logs());
    }

    [Fact]
    public void A_card_that_leaves_while_it_is_read_leaves_the_sale_completed_and_is_read_the_next_time()
    {
        SellAtTheOther(3);
        // Select, authenticate (2), record, balance, credit, write, who commits, commit; then the log.
        _card.Tear(10, TearMoment.Before);

        var state = _shop.Sell(_card, 100);
        var carriedAtOnce = Logs().Count;
        _shop.Sell(_card, 100);

        Assert.IsType<CheckoutState.Completed>(state);
        Assert.Equal(0, carriedAtOnce);
        Assert.Equal([4u, 3u, 2u], Carried().Select(record => record.Counter));
    }

    [Fact]
    public void The_till_is_told_before_the_log_is_read()
    {
        SellAtTheOther(3);
        var checkout = _shop.Post(100);
        CheckoutState? toldThen = null;
        var reads = 0;
        _shop.Reader.DieBefore = command =>
        {
            if (command is [_, ReadRecords, ..] && ++reads == 2)
                toldThen = _shop.StateOf(checkout);
            return false;
        };

        _shop.Present(_card);

        Assert.IsType<CheckoutState.Completed>(toldThen);
    }

    [Fact]
    public void A_doubt_that_is_settled_first_does_not_hide_what_others_did()
    {
        SellAtTheOther(2);
        var checkout = _shop.Post(100);
        _card.Tear(9, TearMoment.Before);
        _shop.Present(_card);
        SellAtTheOther(2);

        _shop.Present(_card);

        Assert.IsType<CheckoutState.Completed>(_shop.StateOf(checkout));
        Assert.Equal([4u, 3u, 2u], Carried().Select(record => record.Counter));
    }

    [Fact]
    public void A_terminal_that_was_restarted_carries_once_more_what_is_not_acknowledged()
    {
        SellAtTheOther(3);
        _shop.Sell(_card, 100);

        _shop.Restart();
        _shop.Sell(_card, 100);

        Assert.Equal([3u, 2u, 4u, 3u, 2u], Carried().Select(record => record.Counter));
    }

    [Fact]
    public void What_a_known_card_says_of_its_own_acknowledgement_does_not_count()
    {
        SellAtTheOther(2);
        _other.Hear(new FeedItem { Card = Chain.ItemOf(1, acknowledged: 3, balance: 2) });
        SellAtTheOther(2);

        _shop.Sell(_card, 100);

        Assert.Equal([4u, 3u, 2u], Carried().Select(record => record.Counter));
    }

    [Fact]
    public void An_enquiry_carries_nothing()
    {
        SellAtTheOther(3);

        _shop.Post(new Order.Enquiry(Basket: null, PointsAsked: 0, WithMember: false));
        _shop.Present(_card);

        Assert.Empty(_shop.Entries);
    }

    private void SellAtTheOther(int times)
    {
        for (var i = 0; i < times; i++)
            Assert.IsType<CheckoutState.Completed>(_other.Sell(_card, 100));
    }

    private IReadOnlyList<CardLog> Logs(Shop? shop = null) =>
        [.. (shop ?? _shop).Entries.Where(entry => entry.CardLog is not null).Select(entry => entry.CardLog)];

    private IReadOnlyList<LogRecord> Carried(Shop? shop = null) =>
        [.. Logs(shop).SelectMany(log => log.Records).Select(bytes => LogRecord.Decode(bytes.Span))];

    private static int LogReads(IEnumerable<byte[]> wire) =>
        wire.Count(command => command is [_, ReadRecords, ..]);
}
