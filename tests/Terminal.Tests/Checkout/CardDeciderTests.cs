using System.Globalization;
using CsCheck;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Terminal.Tests.Kit;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Terminal.Tests;

public class CardDeciderTests
{
    private static readonly DateOnly Today = new(2026, 5, 4);

    private static readonly LogRecord Newest = new()
    {
        Counter = 5,
        Time = new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero),
        Terminal = 3,
        Sequence = 9,
        Kind = LogKind.Sale,
        CardNumber = 1,
        BalanceAfter = 100,
        LastCardAction = 2,
    };

    [Theory]
    [InlineData(6, 100, 2, "counter-behind")]
    [InlineData(5, 99, 2, "state-differs")]
    [InlineData(5, 100, 3, "state-differs")]
    [InlineData(5, 100, 2, null)]
    [InlineData(4, 77, 1, null)]
    public void A_card_must_not_contradict_what_headquarters_acknowledged(
        uint counter, int balance, uint action, string? expected)
    {
        var known = Known(counter, balance, action);

        var decision = Decide(Newest, known);

        Assert.Equal(expected, (decision as CardDecision.Contradicted)?.Code);
    }

    [Theory]
    [InlineData(6, 100, 9, 3, "counter-behind")]
    [InlineData(5, 99, 9, 3, "state-differs")]
    [InlineData(5, 100, 8, 3, "state-differs")]
    [InlineData(5, 100, 9, 4, "state-differs")]
    [InlineData(5, 100, 9, 3, null)]
    [InlineData(4, 77, 8, 3, null)]
    public void A_card_must_not_contradict_how_this_terminal_left_it(
        uint counter, int balance, uint sequence, uint writer, string? expected)
    {
        var left = new CardLeft(sequence, Chain.ItemOf(1).Card, counter, balance);

        var decision = DecideAfter(left, Newest with { Terminal = writer });

        Assert.Equal(expected, (decision as CardDecision.Contradicted)?.Code);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(0, 0)]
    public void Nor_once_headquarters_has_told_of_a_card_that_was_a_stranger(uint before, uint generationNow)
    {
        var known = Known(4, 77, 1);
        known.Item.Card.Generation = generationNow;
        var left = new SyncContract.CardRef(known.Item.Card) { Generation = before };

        Assert.IsType<CardDecision.Contradicted>(DecideAfter(new CardLeft(9, left, 6, 100), Newest, known));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(8, 1)]
    public void Another_card_in_the_same_chip_contradicts_nothing(ulong number, uint generationNow)
    {
        var known = Known(4, 77, 1);
        known.Item.Card.Generation = generationNow;
        var before = new SyncContract.CardRef(known.Item.Card) { CardNumber = number, Generation = 1 };

        Assert.IsType<CardDecision.Approved>(DecideAfter(new CardLeft(20, before, 50, 500), Newest, known));
    }

    [Fact]
    public void A_value_that_the_newest_record_does_not_name_is_a_contradiction_even_on_a_strangers_card()
    {
        var decision = CardDecider.Decide(
            new CardReading(Chain.UidOf(1), Newest, 101),
            new CardSight(null, IsListed: false, Chain.Rules), Asked(100));

        Assert.Equal(new CardDecision.Contradicted(5, 100, "state-differs"), decision);
    }

    [Theory]
    [InlineData(5, 4, null)]
    [InlineData(5, 5, "state-differs")]
    [InlineData(5, uint.MaxValue, "state-differs")]
    [InlineData(uint.MaxValue, 0, "state-differs")]
    public void A_record_that_no_terminal_of_ours_writes_is_a_contradiction(
        uint counter, uint acknowledged, string? expected)
    {
        var newest = Newest with { Counter = counter, AcknowledgedCounter = acknowledged };

        var decision = Decide(newest, known: null);

        Assert.Equal(expected, (decision as CardDecision.Contradicted)?.Code);
    }

    [Theory]
    [InlineData(100, 100, null)]
    [InlineData(30, 30, RedemptionLimit.NotReported)]
    [InlineData(0, 0, RedemptionLimit.NotReported)]
    [InlineData(-5, 0, RedemptionLimit.NotReported)]
    [InlineData(null, 0, RedemptionLimit.OfflineStranger)]
    public void Where_headquarters_decides_a_card_redeems_what_the_book_has_on_it(
        int? booked, int redeemed, RedemptionLimit? limit)
    {
        var known = booked is null ? null : Known(4, 77, 1) with { PointsBooked = booked };
        var asked = (Asked.Sale)Asked(1_000);
        asked = asked with
        {
            PointsAsked = 100,
            Authority = new Authority(Limits: null, default) { IsHeadquarters = true },
        };

        var decision = CardDecider.Decide(
            new CardReading(Chain.UidOf(1), Newest, 100),
            new CardSight(known, IsListed: false, Chain.Rules), asked);

        var terms = Assert.IsType<CardDecision.Approved>(decision).Terms;
        Assert.Equal((redeemed, limit), (terms.Redeemed, terms.RedemptionLimit));
    }

    [Theory]
    [InlineData(CardStatus.Blocked, DeclineReason.CardBlocked)]
    [InlineData(CardStatus.Retired, DeclineReason.CardBlocked)]
    [InlineData(CardStatus.Personalising, DeclineReason.CardUnknown)]
    public void A_card_that_headquarters_does_not_call_active_is_declined(
        CardStatus status, DeclineReason reason)
    {
        var known = Known(4, 77, 1);
        known.Item.Status = status;

        Assert.Equal(new CardDecision.Declined(reason), Decide(Newest, known));
    }

    [Fact]
    public void A_card_with_its_block_flag_set_is_declined_although_the_replica_does_not_know() =>
        Assert.Equal(
            new CardDecision.Declined(DeclineReason.CardBlocked),
            Decide(Newest with { Blocked = true }, null));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_listed_card_is_declined_whether_the_terminal_knows_it_or_not(bool isKnown) =>
        Assert.Equal(
            new CardDecision.Declined(DeclineReason.CardBlocked),
            Decide(Newest, isKnown ? Known(4, 77, 1) : null, isListed: true));

    [Fact]
    public void A_card_with_anothers_number_is_declined() =>
        Assert.Equal(
            new CardDecision.Declined(DeclineReason.CardUnknown),
            Decide(Newest with { CardNumber = 8 }, Known(4, 77, 1)));

    [Fact]
    public void Points_of_a_pending_action_can_be_spent_in_the_same_tap()
    {
        var known = Known(4, 77, 1) with { Pending = [new CardAction(4, 1000), new CardAction(3, 50)] };
        var request = Asked(10_000, redeem: 2000);

        var decision = CardDecider.Decide(
            new CardReading(Chain.UidOf(1), Newest, 100),
            new CardSight(known, IsListed: false, Chain.Rules), request);

        var approved = Assert.IsType<CardDecision.Approved>(decision);
        Assert.Equal([3, 4], approved.Actions.Select(a => a.Number));
        Assert.Equal(1150, approved.Terms.Redeemed);
    }

    [Fact]
    public void A_tier_that_is_on_its_way_counts_in_the_tap_that_puts_it_on_the_card()
    {
        var known = Known(4, 77, 1) with
        {
            Pending = [new CardAction(3, 0, Tier: 2), new CardAction(4, 5), new CardAction(6, 0, Tier: 1)],
        };
        var rules = Chain.Rules with
        {
            Rules =
            [
                .. Chain.Rules.Rules,
                new Rule("gold", new Effect.Times(3000)) { When = new() { Tiers = [2] } },
            ],
        };

        var decision = CardDecider.Decide(
            new CardReading(Chain.UidOf(1), Newest, 100),
            new CardSight(known, IsListed: false, rules), Asked(10_000));

        var approved = Assert.IsType<CardDecision.Approved>(decision);
        Assert.Equal((2, 300), (approved.Occasion.Tier, approved.Terms.Earned));
    }

    [Fact]
    public void The_next_record_says_what_the_card_holds_whatever_is_sold() =>
        Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 1000], Gen.Int[0, 200_000], Gen.Int[-200, 200]).Sample(
            (balance, redeem, amount, action) =>
            {
                var newest = Newest with { BalanceAfter = balance };
                var pending = action == 0 ? [] : new[] { new CardAction(3, action) };
                var known = Known(4, 77, 1) with { Pending = pending };
                var reading = new CardReading(Chain.UidOf(1), newest, balance);

                var checkout = new Checkout(
                    Guid.Empty, Shop.Basket(amount, redeem), "key", default, new CheckoutState.Waiting(),
                    Attempts: 0, Doubts: 0, Deadline: default);

                var decision = Assert.IsType<CardDecision.Approved>(
                    CardDecider.Decide(
                        reading, new CardSight(known, IsListed: false, Chain.Rules), Asked(amount, redeem)));

                var sale = new ApprovedOperation(
                    checkout, Asked(amount, redeem), reading, known.Item, decision);
                var change = sale.ChangeFor(newest.Time, Circumstances.Offline, terminal: 1, sequence: 1);
                var plan = TransactionPlan.Of(newest, change, _ => default);
                return plan.Record.BalanceAfter == balance + plan.Changes.Sum()
                    && plan.Record.BalanceAfter >= 0 && !plan.Changes.Contains(0);
            });

    [Theory]
    [InlineData("2026-05-05", 90, "2026-05-05 10", 80, null)]
    [InlineData("2026-05-04", 90, "2026-05-04 90", 10, RedemptionLimit.Expired)]
    [InlineData("2026-05-04", 200, "2026-05-04 200", 0, RedemptionLimit.Expired)]
    [InlineData(null, 0, "", 80, null)]
    public void What_the_card_says_has_expired_is_not_redeemed_and_what_expires_next_is_spent_first(
        string? day, int points, string after, int redeemed, RedemptionLimit? limit)
    {
        var newest = Newest with { NextExpiry = DayOf(day), NextExpiryPoints = points };

        var (terms, expiry) = Redeem80(newest, known: null);

        Assert.Equal((redeemed, limit, after), (terms.Redeemed, terms.RedemptionLimit, expiry));
    }

    [Theory]
    [InlineData(5, "2026-06-01", 30u, "", 80)]
    [InlineData(5, "2026-05-04", 30u, "2026-05-04 30", 70)]
    [InlineData(5, "", 0u, "", 80)]
    [InlineData(4, "2026-06-01", 30u, "2026-05-04 90", 10)]
    [InlineData(5, "tomorrow", 30u, "2026-05-04 90", 10)]
    [InlineData(5, "1999-01-01", 30u, "2026-05-04 90", 10)]
    [InlineData(5, "2026-06-01", uint.MaxValue, "2026-05-04 90", 10)]
    public void What_headquarters_has_reckoned_of_all_that_the_card_has_done_counts_instead(
        uint counter, string day, uint points, string after, int redeemed)
    {
        var newest = Newest with { NextExpiry = Today, NextExpiryPoints = 90 };
        var known = Known(4, 77, 1);
        known.Item.NextExpiry = new SyncContract.NextExpiryItem
        {
            Counter = counter,
            Day = day,
            Points = points,
        };

        var (terms, expiry) = Redeem80(newest, known);

        Assert.Equal((redeemed, after), (terms.Redeemed, expiry));
    }

    [Fact]
    public void A_card_action_that_takes_the_expired_points_off_leaves_nothing_withheld()
    {
        var newest = Newest with { NextExpiry = Today, NextExpiryPoints = 20 };
        var known = Known(4, 77, 1) with { Pending = [new CardAction(3, -20)] };

        var (terms, expiry) = Redeem80(newest, known);

        Assert.Equal((80, ""), (terms.Redeemed, expiry));
    }

    private static (OperationTerms Terms, string Expiry) Redeem80(LogRecord newest, KnownCard? known)
    {
        var decision = Assert.IsType<CardDecision.Approved>(CardDecider.Decide(
            new CardReading(Chain.UidOf(1), newest, newest.BalanceAfter),
            new CardSight(known ?? Known(4, 77, 1), IsListed: false, Chain.Rules), Asked(1_000, redeem: 80)));
        var day = decision.Expiry.Day?.ToString("O", CultureInfo.InvariantCulture);
        return (decision.Terms, day is null ? "" : $"{day} {decision.Expiry.Points}");
    }

    private static DateOnly? DayOf(string? day) =>
        day is null ? null : DateOnly.Parse(day, CultureInfo.InvariantCulture);

    private static CardDecision Decide(LogRecord newest, KnownCard? known, bool isListed = false) =>
        CardDecider.Decide(
            new CardReading(Chain.UidOf(1), newest, newest.BalanceAfter),
            new CardSight(known, isListed, Chain.Rules), Asked(100));

    private static CardDecision DecideAfter(CardLeft left, LogRecord newest, KnownCard? known = null) =>
        CardDecider.Decide(
            new CardReading(Chain.UidOf(1), newest, 100),
            new CardSight(known, IsListed: false, Chain.Rules) { Left = left }, Asked(100));

    private static Asked Asked(int amount, int redeem = 0) => new Asked.Sale(
        Basket.Of(new Money(amount, "USD")), redeem,
        new Authority(Chain.Limits, new Used(0, TimeSpan.Zero)),
        new AskedPlace(Terminal: 3, Store: 1, Today.ToDateTime(new TimeOnly(12, 0)), Today));

    private static KnownCard Known(uint counter, int balance, uint action)
    {
        var item = Chain.ItemOf(1, counter, balance);
        item.LastCardAction = action;
        return new KnownCard(item, []);
    }
}
