using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Backup;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Cards;

/// <summary>Cards are taken out of use and their points stay their members', on every engine. A dollar gives
/// a point.</summary>
public abstract class RetirementContract : IDisposable
{
    private readonly Engine _engine;
    private readonly Headquarters _hq;
    private readonly RetirementBook _retirements;
    private readonly Till _till;
    private readonly Member _member;
    private readonly Chip _chip;

    protected RetirementContract(Engine engine)
    {
        _engine = engine;
        _hq = new Headquarters(engine.OpenBook());
        _retirements = BookOf(_hq);
        _till = _hq.NewTill();
        _member = _hq.Members.Add(1, new NewMember("Ada", null, "en"), "test");
        _chip = _hq.IssueTo(_member, 1);
    }

    private long Number => _hq.CardOf(_chip).Number;

    public void Dispose()
    {
        AssertSound(_hq);
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void What_a_damaged_card_had_comes_to_the_next_card_by_a_card_action()
    {
        Sell(_chip, 50_00);

        Assert.Null(_retirements.Replace(Number, "damaged", " Grace "));
        Assert.Equal((CardStatus.Retired, true), Told(_chip));
        Assert.Equal((0, 50), (_hq.Balance(_chip), _hq.Members.OnAccount(_member.Id)));
        var next = _hq.IssueTo(_member, 2);

        Assert.Equal([new CardAction(1, 50)], _hq.Actions(next));
        Sell(next, 1_00);
        Assert.Equal((51, 0), (next.Points, _hq.Members.OnAccount(_member.Id)));
        _hq.AssertBalanced(next);
        var retirement = Assert.Single(_retirements.Of(Number));
        Assert.Equal(
            ("damaged", "done", "Grace", 50, _hq.CardOf(next).Number),
            (
                retirement.Reason, retirement.State, retirement.AskedBy, retirement.Points,
                retirement.Successor));
        Assert.Equal(
            ["Grace card-retired", "Grace card-retirement-begun"],
            Audited(Number).Take(2));
    }

    [Fact]
    public void What_a_lost_card_had_waits_for_what_terminals_still_have_to_tell()
    {
        Sell(_chip, 50_00);
        _till.Sell(_chip, new TestSale(10_00) { Redeem = 20 });

        Assert.Null(_retirements.Replace(Number, "lost", "Grace"));
        Assert.Equal((CardStatus.Blocked, true), Told(_chip));
        var next = _hq.IssueTo(_member, 2);
        _hq.Clock.Advance(TimeSpan.FromHours(71));
        Assert.Equal(0, _retirements.RunDue());
        Assert.Empty(_hq.Actions(next));
        _hq.Sync(_till);
        _hq.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, _retirements.RunDue());

        Assert.Equal((CardStatus.Retired, true), Told(_chip));
        Assert.Equal([new CardAction(1, 50 + 9 - 20)], _hq.Actions(next));
        Assert.Empty(_hq.Open());
        Assert.Equal(0, _retirements.RunDue());
    }

    [Fact]
    public void A_lost_card_that_is_found_keeps_its_points()
    {
        Sell(_chip, 50_00);
        _retirements.Replace(Number, "lost", "Grace");

        Assert.Null(new BlockBook(_hq.Database, _hq.Secrets, _hq.Clock).Unblock(Number, "found", "Ada"));
        _hq.Clock.Advance(TimeSpan.FromDays(9));

        Assert.Equal(0, _retirements.RunDue());
        Assert.Equal((CardStatus.Active, false), Told(_chip));
        Assert.Equal("cancelled", Assert.Single(_retirements.Of(Number)).State);
        Assert.Equal(
            ["Ada card-retirement-cancelled", "Ada card-unblocked"], Audited(Number).Take(2));
        Sell(_chip, 1_00);
        _hq.AssertBalanced(_chip);
    }

    [Theory]
    [InlineData(-1, "retired-card reported-late")]
    [InlineData(+1, "retired-card used-after")]
    public void What_is_told_of_a_card_after_its_points_were_carried_over_is_owed_and_seen(
        int hours, string difference)
    {
        Sell(_chip, 50_00);
        if (hours > 0)
            _retirements.Replace(Number, "damaged", "Grace");
        _hq.Clock.Advance(TimeSpan.FromHours(1));
        var late = _hq.NewTill();
        late.Sell(_chip, new TestSale(10_00) { Redeem = 30 });
        _hq.Clock.Advance(TimeSpan.FromHours(1));
        if (hours < 0)
            _retirements.Replace(Number, "damaged", "Grace");
        var next = _hq.IssueTo(_member, 2);
        Sell(next, 1_00);
        Assert.Equal(51, next.Points);

        _hq.Sync(late);

        Assert.Equal([difference], _hq.Open());
        Assert.Equal([new CardAction(2, 9 - 30)], _hq.Actions(next).Skip(1));
        Sell(next, 2_00);
        Assert.Equal((51 + 9 - 30 + 2, 0, 0), (
            next.Points, _hq.Balance(_chip), _hq.Members.OnAccount(_member.Id)));
    }

    // Headquarters corrects a card of which it is not told that it has taken the points already.
    [Fact]
    public void What_waited_for_the_cards_next_tap_is_carried_over_too_and_never_twice()
    {
        Sell(_chip, 50_00);
        Correct(_chip, 7);
        var late = _hq.NewTill();
        late.Sell(_chip, new TestSale(1_00) { Pending = _hq.Actions(_chip) });
        _retirements.Replace(Number, "damaged", "Grace");
        Assert.Equal(57, _hq.Members.OnAccount(_member.Id));

        _hq.Sync(late);
        Assert.Equal(58, _hq.Members.OnAccount(_member.Id));
        Correct(_chip, 5);

        Assert.Equal(63, _hq.Members.OnAccount(_member.Id));
        Assert.Equal(63, PointsOf(_hq, _member).Lots.Sum(lot => lot.Points));
    }

    [Fact]
    public void Points_that_were_on_their_way_to_the_card_go_to_the_next_one()
    {
        Sell(_chip, 10_00);
        _retirements.Replace(Number, "upgraded", "Grace");
        var second = _hq.IssueTo(_member, 2);
        Assert.Equal([new CardAction(1, 10)], _hq.Actions(second));

        _retirements.Replace(_hq.CardOf(second).Number, "misprinted", "Grace");
        var third = _hq.IssueTo(_member, 3);

        Assert.Equal([new CardAction(1, 10)], _hq.Actions(third));
        Sell(third, 1_00);
        Assert.Equal(11, third.Points);
    }

    [Fact]
    public void Lots_expire_on_the_day_on_which_they_would_have_with_the_old_card()
    {
        _till.Rules = new ProgrammeBook(_hq.Database, _hq.Secrets, _hq.Clock)
            .Publish(ProgrammeBook.FirstRules with { Validity = new Validity(Months: 1) }, "test");
        using var run = new MemberRun(
            _hq.Database, _hq.Secrets, new FeedBell(), _hq.Clock, NullLogger<MemberRun>.Instance);
        Sell(_chip, 50_00);
        var before = PointsOf(_hq, _member).Lots;

        _retirements.Replace(Number, "damaged", "Grace");
        var next = _hq.IssueTo(_member, 2);
        run.Run(TestContext.Current.CancellationToken);

        Assert.Equal([new PointsLine(new DateOnly(2026, 1, 5), new DateOnly(2026, 2, 5), 50)], before);
        Assert.Equal(before, PointsOf(_hq, _member).Lots);
        Assert.Equal("2026-02-05", _hq.CardOf(next).ExpiryDay);
        _hq.Clock.SetUtcNow(new DateTimeOffset(2026, 2, 6, 9, 0, 0, TimeSpan.Zero));
        run.Run(TestContext.Current.CancellationToken);
        Assert.Equal(0, _hq.Members.OnAccount(_member.Id));
        Assert.Empty(PointsOf(_hq, _member).Lots);
    }

    [Fact]
    public void A_card_is_retired_without_points_or_with_leave_to_carry_them_over()
    {
        Sell(_chip, 50_00);

        Assert.Equal("card-holds-points", _retirements.Retire(Number, "worn-out", "Ada", carries: false));
        Assert.Equal(CardStatus.Active, _hq.CardOf(_chip).Status);
        Assert.Null(_retirements.Retire(Number, "member-left", "Ada", carries: true));
        var empty = _hq.IssueTo(_member, 2);
        Assert.Null(_retirements.Retire(_hq.CardOf(empty).Number, "returned", "Ada", carries: false));

        Assert.Equal(50, _hq.Members.OnAccount(_member.Id));
        Assert.Equal(
            ["member-left", "returned"],
            new BlockBook(_hq.Database, _hq.Secrets, _hq.Clock).History(Number).Blocks
                .Select(row => row.Reason).Append(_retirements.Of(_hq.CardOf(empty).Number)[0].Reason));
    }

    [Fact]
    public void What_cannot_be_done_is_refused_and_changes_nothing()
    {
        var plan = _hq.Plan(Chip.FromFactory(9).Uid);
        var before = _hq.Feed();

        Assert.Equal("card-unknown", _retirements.Replace(99, "lost", "Ada"));
        Assert.Equal("card-not-active", _retirements.Replace(plan.Card.Number, "lost", "Ada"));
        Assert.Equal("reason-unknown", _retirements.Replace(Number, "worn-out", "Ada"));
        Assert.Equal("reason-unknown", _retirements.Retire(Number, "lost", "Ada", carries: true));
        Assert.Equal("by-length", _retirements.Replace(Number, "lost", " "));
        Assert.Equal(before, _hq.Feed());
        Assert.Null(_retirements.Replace(Number, "stolen", "Ada"));
        Assert.Equal("already-waiting", _retirements.Replace(Number, "damaged", "Ada"));
        _hq.Clock.Advance(TimeSpan.FromDays(3));
        _retirements.RunDue();
        Assert.Equal("already-retired", _retirements.Retire(Number, "worn-out", "Ada", carries: true));
        var blocks = new BlockBook(_hq.Database, _hq.Secrets, _hq.Clock);
        Assert.Equal("card-not-active", blocks.Unblock(Number, "found", "Ada"));
        Assert.Single(blocks.History(Number).Blocks);
    }

    // Cards are replaced at any time, tills report in any order, head office corrects: nothing is lost and
    // nothing is doubled, and all of it reaches the card that the member has in the end.
    [Fact]
    public void Replacing_leaves_a_members_points_as_they_are() =>
        Gen.Int[0, 9].Array[4, 40].Sample(Live, iter: 15, threads: 1);

    private void Live(int[] events)
    {
        using var hq = new Headquarters(_engine.OpenBook());
        var (retirements, member) = (BookOf(hq), hq.Members.Add(1, new NewMember("Ada", null, "en"), "test"));
        Till[] tills = [hq.NewTill(), hq.NewTill()];
        var (cards, points) = (1u, 0);
        var chip = hq.IssueTo(member, cards);

        foreach (var what in events)
        {
            switch (what)
            {
                case 0 or 1:
                    retirements.Replace(hq.CardOf(chip).Number, what == 0 ? "lost" : "damaged", "Ada");
                    chip = hq.IssueTo(member, ++cards);
                    break;
                case 2:
                    Correct(hq, chip, 5);
                    points += 5;
                    break;
                case 3:
                    hq.Clock.Advance(TimeSpan.FromHours(40));
                    retirements.RunDue();
                    break;
                case 4 or 5:
                    hq.Sync(tills[what - 4]);
                    break;
                default:
                    Sell(what % 2);
                    break;
            }
        }

        hq.Sync(tills[0]);
        hq.Sync(tills[1]);
        hq.Clock.Advance(TimeSpan.FromDays(3));
        retirements.RunDue();
        for (var tap = 0; tap < 2; tap++)
        {
            Sell(0);
            hq.Sync(tills[0]);
        }

        Assert.Equal((points, 0), (chip.Points, hq.Members.OnAccount(member.Id)));
        Assert.Equal(points, PointsOf(hq, member).Lots.Sum(lot => lot.Points));
        Assert.DoesNotContain(hq.Open(), open => !open.StartsWith("retired-card", StringComparison.Ordinal));
        hq.AssertBalanced(chip);
        AssertSound(hq);

        void Sell(int till)
        {
            var sequence = tills[till].Sell(
                chip, new TestSale(20_00) { Redeem = Math.Min(chip.Points, 30), Pending = hq.Actions(chip) });
            var made = EntryBody.Parser.ParseFrom(tills[till].Journal.Entries[(int)sequence - 1].Body).Intent;
            points += (int)made.Earned - (int)made.Redeemed;
        }
    }

    private static RetirementBook BookOf(Headquarters hq) =>
        new(hq.Database, hq.Secrets, Options.Create(new CardOptions()), hq.Clock);

    private static MemberPoints PointsOf(Headquarters hq, Member member) =>
        new MemberPointsReport(hq.Database, hq.Clock).Of(member);

    private static void AssertSound(Headquarters hq)
    {
        Assert.Equal([], new BookFigures(hq.Database).Check()
            .Where(line => line.Broken > 0 && line.Invariant != "I7").Select(line => line.Says));
        Assert.Empty(new ReportRoom(hq.Database, hq.Clock).Of("balances", null, null)!.Rows);
        Assert.All(
            new BookRebuild(hq.Database, hq.Clock).Run((_, _) => { }),
            part => Assert.Empty(part.Differences));
    }

    private void Sell(Chip chip, int amount)
    {
        _till.Sell(chip, new TestSale(amount) { Pending = _hq.Actions(chip) });
        _hq.Sync(_till);
    }

    private void Correct(Chip chip, int points) => Correct(_hq, chip, points);

    private static void Correct(Headquarters hq, Chip chip, int points) => hq.Database.Write(db =>
        CardActionQueue.Correct(
            new OpenBook(db, hq.Secrets, UnixTime.Microseconds(hq.Clock.GetUtcNow())),
            Card.Find(db, chip.Uid.ToString(), 0)!, points));

    private (CardStatus Status, bool Listed) Told(Chip chip) => (
        _hq.Feed().Last(item => item.Card is { } told && Is(told.Card.Uid, chip)).Card.Status,
        _hq.Feed().Single(item => item.Hotlist is { } listing && Is(listing.Uid, chip)).Hotlist.Listed);

    private static bool Is(Google.Protobuf.ByteString uid, Chip chip) =>
        CardProtocol.Uid.FromBytes(uid.Span) == chip.Uid;

    private IEnumerable<string> Audited(long card) => _hq.Database.Read(db =>
        AuditLog.List(db, $"card:{card}", skip: 0, take: 100)).Select(line => $"{line.DoneBy} {line.Action}");
}

public sealed class RetirementsOnSqlite(SqliteEngine engine)
    : RetirementContract(engine), IClassFixture<SqliteEngine>;

public sealed class RetirementsOnPostgres(PostgresCluster cluster)
    : RetirementContract(new PostgresEngine(cluster));
