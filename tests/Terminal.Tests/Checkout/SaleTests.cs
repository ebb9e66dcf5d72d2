using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

public class SaleTests
{
    private readonly Chain _chain = new();

    /// <summary>Select, two of the handshake, newest record, value; then what follows from the
    /// sale.</summary>
    [Theory]
    [InlineData(1234, 0, "5A 71 AF AB 6C 0C 8B C8 C7")]
    [InlineData(99, 0, "5A 71 AF AB 6C 8B C8 C7")]
    [InlineData(30, 30, "5A 71 AF AB 6C DC 8B C8 C7")]
    [InlineData(1234, 30, "5A 71 AF AB 6C DC 0C 8B C8 C7")]
    public void A_sale_sends_the_chip_nothing_but_what_it_needs(long amount, int redeem, string expected)
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        shop.Sell(card, 10_000);
        shop.Post(amount, redeem);

        var wire = shop.Present(card);

        Assert.Equal(expected, string.Join(' ', wire.Select(c => $"{c[1]:X2}")));
    }

    [Fact]
    public void Each_card_action_that_changes_points_adds_one_exchange()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        shop.Hear(Action(1, 50));
        shop.Hear(Action(2, -20));
        var checkout = shop.Post(1234);

        var wire = shop.Present(card);

        Assert.Equal("5A 71 AF AB 6C 0C DC 0C 8B C8 C7", string.Join(' ', wire.Select(c => $"{c[1]:X2}")));
        var result = Assert.IsType<CheckoutState.Completed>(shop.StateOf(checkout)).Result;
        Assert.Equal([1u, 2u], result.CardActions);
        Assert.Equal((12, 30, 42), (result.Earned, result.CardActionPoints, result.BalanceAfter));
        Assert.Equal(42, card.Look().Points);
    }

    [Fact]
    public void A_card_action_is_applied_once_although_the_replica_still_has_it()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        shop.Hear(Action(1, 50));

        shop.Sell(card, 100);
        shop.Sell(card, 100);

        Assert.Equal(52, card.Look().Points);
        Assert.Equal(1, RecordOn(card).LastCardAction);
    }

    [Fact]
    public void The_till_is_told_what_the_card_and_the_journal_hold()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        shop.Sell(card, 10_000);

        var state = shop.Sell(card, 1234, redeem: 30);

        var result = Assert.IsType<CheckoutState.Completed>(state).Result;
        Assert.Equal((30, 12, 82), (result.Redeemed, result.Earned, result.BalanceAfter));
        Assert.Equal(1204, result.DueMinor);
        Assert.Equal((3u, 1ul, 1), (result.Counter, result.CardNumber, result.RuleSetVersion));
        var record = RecordOn(card);
        Assert.Equal((3u, 1u, 3u), (record.Counter, record.Terminal, record.Sequence));
        Assert.Equal((LogKind.Sale, 1234), (record.Kind, record.Amount));
        Assert.Equal((12, 30, 82), (record.Earned, record.Redeemed, record.BalanceAfter));
        Assert.Equal(Circumstances.Offline, record.Circumstances);
        Assert.Equal(
            [
                EntryBody.ContentOneofCase.Intent, EntryBody.ContentOneofCase.Outcome,
                EntryBody.ContentOneofCase.Intent, EntryBody.ContentOneofCase.Outcome,
            ],
            shop.Story);
    }

    [Fact]
    public void The_card_proves_what_the_outcome_reports_and_the_intent_foretold()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        shop.Sell(card, 10_000);

        shop.Sell(card, 1234, redeem: 30);

        var (intent, outcome) = (shop.Entries[2].Intent, shop.Entries[3].Outcome);
        var steps = Books.Plain(outcome.Steps);
        Assert.True(_chain.Proves(Chain.UidOf(1), outcome.Tmc, outcome.Tmv.Span, steps));
        Assert.False(_chain.Proves(Chain.UidOf(1), outcome.Tmc, outcome.Tmv.Span, [.. steps.Skip(1)]));
        Assert.Equal(
            TransactionMac.Tmi(steps),
            TransactionMac.Tmi(Books.Plain(intent.Steps, outcome.Steps[^1].Data.Span[ReaderId.Length..])));
    }

    [Fact]
    public void The_next_transaction_names_the_one_before()
    {
        using var shop = new Shop(_chain);
        using var other = new Shop(_chain, number: 2);
        var card = _chain.Issue();
        shop.Sell(card, 100);

        other.Sell(card, 100);

        var outcome = other.Entries[1].Outcome;
        using var key = _chain.TransactionMacKey(Chain.UidOf(1));
        var encrypted = EncryptedReaderId.FromBytes(outcome.Steps[^1].Data.Span[ReaderId.Length..]);
        var before = TransactionMac.DecryptPrevious(key, Chain.UidOf(1), outcome.Tmc, encrypted);
        Assert.Equal((1u, 1u), (before.Terminal, before.Sequence));
        using var readerIdKey = _chain.ReaderIdKey(1);
        Assert.True(readerIdKey.Verify(before, Chain.UidOf(1), outcome.Tmc - 1));
    }

    [Fact]
    public void A_stranger_earns_but_does_not_redeem()
    {
        using var shop = new Shop(_chain, number: 1, cards: [99]);
        var card = _chain.Issue();
        shop.Sell(card, 10_000);

        var state = shop.Sell(card, 1000, redeem: 50);

        var result = Assert.IsType<CheckoutState.Completed>(state).Result;
        Assert.Equal((0, 10), (result.Redeemed, result.Earned));
    }

    [Fact]
    public void A_card_with_an_older_key_is_opened_with_it()
    {
        using var shop = new Shop(_chain, number: 1, cards: [99]);
        shop.Keys.Replace(
            [_chain.Master(CardKeyNumber.Sale, version: 2), _chain.Master(CardKeyNumber.Sale)],
            _chain.ReaderIdKey(1));
        var card = _chain.Issue();
        shop.Post(100);

        var stranger = shop.Present(card);
        shop.Hear(new FeedItem { Card = Chain.ItemOf(1, acknowledged: 2, balance: 1) });
        shop.Post(100);
        var known = shop.Present(card);

        Assert.Equal((12, 9), (stranger.Count, known.Count));
    }

    [Fact]
    public void A_card_that_is_none_of_ours_leaves_the_checkout_waiting()
    {
        using var shop = new Shop(_chain);
        var foreign = Simulator.Faults.SimulatedCard.Factory("ev3-4k", [4, 9, 9, 9, 9, 9, 9]);
        var checkout = shop.Post(100);

        shop.Present(foreign);

        Assert.Equal(new CheckoutState.PresentAgain(RetryCode.CardForeign), shop.StateOf(checkout));
        Assert.Empty(shop.Entries);
        shop.Present(_chain.Issue());
        Assert.IsType<CheckoutState.Completed>(shop.StateOf(checkout));
    }

    [Fact]
    public void A_false_answer_before_the_commit_is_a_certain_failure()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var checkout = shop.Post(100);
        shop.Reader.Put(card);
        card.Arm(new CardFault(FaultKind.Flip, 7));

        shop.StepUntilIdle();

        Assert.Equal(new CheckoutState.PresentAgain(RetryCode.CardNotTrusted), shop.StateOf(checkout));
        Assert.Equal([EntryBody.ContentOneofCase.Intent, EntryBody.ContentOneofCase.Failure], shop.Story);
    }

    [Fact]
    public void A_false_answer_to_the_commit_is_doubt()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var checkout = shop.Post(100);
        shop.Reader.Put(card);
        card.Arm(new CardFault(FaultKind.Flip, 9));

        shop.StepUntilIdle();

        Assert.Equal(new CheckoutState.InDoubt(1), shop.StateOf(checkout));
        Assert.Equal([EntryBody.ContentOneofCase.Intent, EntryBody.ContentOneofCase.Doubt], shop.Story);
    }

    [Fact]
    public void A_card_past_its_last_day_is_declined()
    {
        using var shop = new Shop(_chain);
        var today = DateOnly.FromDateTime(_chain.Clock.GetUtcNow().DateTime);
        var card = _chain.Issue(expiry: today);

        var onTheLastDay = shop.Sell(card, 100);
        _chain.Clock.Advance(TimeSpan.FromDays(1));
        var after = shop.Sell(card, 100);

        Assert.IsType<CheckoutState.Completed>(onTheLastDay);
        Assert.Equal(new CheckoutState.Declined(DeclineReason.CardExpired), after);
    }

    /// <summary>A board without a battery wakes up in 1970.</summary>
    [Theory]
    [InlineData("1969-12-31T23:59:59")]
    [InlineData("1970-01-01T00:00:00")]
    [InlineData("2019-12-31T23:59:59")]
    [InlineData("2156-02-07T06:28:16")]
    [InlineData("2200-01-01T00:00:00")]
    public void A_clock_that_no_record_can_hold_declines_before_anything_is_written(string time)
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var right = _chain.Clock.GetUtcNow();
        _chain.Clock.AdjustTime(Utc(time));

        var wrong = shop.Sell(card, 10_000);
        _chain.Clock.AdjustTime(right);
        var again = shop.Sell(card, 10_000);

        Assert.Equal(new CheckoutState.Declined(DeclineReason.ClockWrong), wrong);
        Assert.IsType<CheckoutState.Completed>(again);
        Assert.Equal([EntryBody.ContentOneofCase.Intent, EntryBody.ContentOneofCase.Outcome], shop.Story);
    }

    [Theory]
    [InlineData("2020-01-01T00:00:00")]
    [InlineData("2156-02-07T06:28:15")]
    public void The_first_and_the_last_second_of_a_record_are_sold_in(string time)
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        _chain.Clock.AdjustTime(Utc(time));

        Assert.IsType<CheckoutState.Completed>(shop.Sell(card, 100));

        Assert.Equal(Utc(time), RecordOn(card).Time);
    }

    [Theory]
    [InlineData("1970-01-01T00:00:00")]
    [InlineData("2200-01-01T00:00:00")]
    public void A_doubt_is_settled_whatever_the_clock_says(string time)
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var checkout = shop.Post(1234);
        card.Tear(9, Simulator.Faults.TearMoment.After);
        shop.Present(card);
        _chain.Clock.AdjustTime(Utc(time));
        shop.Restart();

        shop.Present(card);

        var settled = Assert.Single(shop.Entries, e => e.Settlement is not null);
        var recorded = DateTimeOffset.UnixEpoch.AddMicroseconds(settled.RecordedAtUs);
        Assert.Equal(_chain.Clock.GetUtcNow(), recorded);
    }

    private static DateTimeOffset Utc(string time) =>
        DateTimeOffset.Parse($"{time}Z", System.Globalization.CultureInfo.InvariantCulture);

    internal static FeedItem Action(uint number, int points) => new()
    {
        CardAction = new CardActionItem
        {
            Uid = Chain.ItemOf(1).Card.Uid,
            Generation = 1,
            Number = number,
            Points = points,
            Reason = "test",
        },
    };

    internal static LogRecord RecordOn(Simulator.Faults.SimulatedCard card) =>
        LogRecord.Decode(Convert.FromHexString(card.Look().NewestRecord ?? ""));
}
