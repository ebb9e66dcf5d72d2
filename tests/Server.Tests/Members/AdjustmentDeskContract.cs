using Microsoft.Extensions.Options;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Members;

/// <summary>Points that headquarters moves for members by hand, on every engine.</summary>
public abstract class AdjustmentDeskContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly AdjustmentDesk _desk;
    private readonly Member _ada;
    private readonly Chip _chip;
    private readonly Till _till;
    private int _requests;

    protected AdjustmentDeskContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        var options = Options.Create(new ReconciliationOptions { PointsAloneMost = 100 });
        _desk = new AdjustmentDesk(_hq.Database, _hq.Secrets, options, _hq.Clock, new FeedBell());
        _ada = _hq.Members.Add(1, new NewMember("Ada", null, "en"), "test");
        _chip = _hq.IssueTo(_ada, 1);
        _till = _hq.NewTill();
        _hq.Enrol(_till.Number, store: 319);
        Sell(30_00);
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(-20)]
    public void Few_points_move_at_the_card_s_next_tap_and_once_however_often_it_is_asked(int points)
    {
        var wish = Wish(points) with { Card = Number };

        var done = Taken(wish);
        Assert.Equal(done, Taken(wish));
        Assert.Equal("request-used", Refused(wish with { Points = 99 }));
        Assert.Equal("request-used", Refused(wish with { By = "Boris" }));

        Assert.Equal((AdjustmentState.Done, 1L), (done.State, done.CardAction));
        Assert.Equal([new CardAction(1, points)], _hq.Actions(_chip));
        Sell(1_00);
        Assert.Equal(31 + points, _chip.Points);
        _hq.AssertBalanced(_chip);
        var about = $"\"card\":{Number},\"points\":{points},\"reason\":\"goodwill\",\"undoes\":null";
        Assert.Equal(
            $$"""Vera adjustment-made {"adjustment":1,{{about}},"askedBy":"Vera"}""", Audited().Last());
    }

    [Fact]
    public void What_goes_to_the_account_never_expires_and_comes_to_the_card_by_itself()
    {
        Taken(Wish(80));
        Taken(Wish(-15));

        Assert.Equal((30, 65), Points());
        Assert.Equal([80, -15], _hq.Actions(_chip).Select(action => action.Points));
        Sell(1_00);
        Assert.Equal((96, 0), Points());
        Assert.Equal(96, Lots());
        _hq.AssertBalanced(_chip);
    }

    [Theory]
    [InlineData(101)]
    [InlineData(-101)]
    public void Many_points_wait_for_another_person_who_decides_once(int points)
    {
        var asked = Taken(Wish(points));

        Assert.Equal(AdjustmentState.Waiting, asked.State);
        Assert.Equal((30, 0), Points());
        Assert.Equal("same-person", _desk.Decide(asked.Number, approves: true, " VERA "));
        Assert.Null(_desk.Decide(asked.Number, approves: true, "Boris"));
        Assert.Equal("already-decided", _desk.Decide(asked.Number, approves: false, "Carl"));
        Assert.Equal("adjustment-unknown", _desk.Decide(99, approves: true, "Boris"));

        Assert.Equal((30, points), Points());
        Assert.Equal(
            ["Vera adjustment-proposed", "Boris adjustment-made"],
            Audited().TakeLast(2).Select(line => line[..line.IndexOf(" {", StringComparison.Ordinal)]));
    }

    [Fact]
    public void What_another_person_rejects_is_not_done()
    {
        var asked = Taken(Wish(500) with { Card = Number });

        Assert.Null(_desk.Decide(asked.Number, approves: false, "Boris"));

        Assert.Equal((AdjustmentState.Rejected, "Boris"), (
            _desk.Find(asked.Number)!.State, _desk.Find(asked.Number)!.DecidedBy));
        Assert.Empty(_hq.Actions(_chip));
    }

    [Fact]
    public void Many_little_moves_by_one_person_are_one_that_is_not()
    {
        Assert.Equal(AdjustmentState.Done, Taken(Wish(60)).State);
        Assert.Equal(AdjustmentState.Waiting, Taken(Wish(-41)).State);
        Assert.Equal(AdjustmentState.Done, Taken(Wish(60) with { By = "Boris" }).State);
        Assert.Equal(AdjustmentState.Done, Taken(Wish(40)).State);
        Assert.Equal(AdjustmentState.Waiting, Taken(Wish(1)).State);

        _hq.Clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal(AdjustmentState.Done, Taken(Wish(100)).State);
    }

    [Fact]
    public void One_is_taken_back_once_and_whole()
    {
        var first = Taken(Wish(40));
        var back = Wish(-40) with { Reason = AdjustmentReason.Undo, Undoes = first.Number };

        Assert.Equal("undo-differs", Refused(back with { Points = -39 }));
        Assert.Equal("undo-unnamed", Refused(back with { Undoes = null }));
        Assert.Equal("undo-unnamed", Refused(back with { Reason = "goodwill" }));
        Assert.Equal("adjustment-unknown", Refused(back with { Undoes = 99 }));
        var undone = Taken(back);
        Assert.Equal("already-undone", Refused(back with { Request = "again" }));

        Assert.Equal(undone.Number, _desk.Find(first.Number)!.UndoneBy);
        Assert.Equal((30, 0), Points());
    }

    [Fact]
    public void What_was_proposed_for_a_card_that_is_out_of_use_by_now_is_not_approved()
    {
        var asked = Taken(Wish(500) with { Card = Number });
        new RetirementBook(_hq.Database, _hq.Secrets, Options.Create(new CardOptions()), _hq.Clock)
            .Retire(Number, "worn-out", "Carl", carries: true);

        Assert.Equal("card-not-active", _desk.Decide(asked.Number, approves: true, "Boris"));
        Assert.Equal(AdjustmentState.Waiting, _desk.Find(asked.Number)!.State);
        Assert.Null(_desk.Decide(asked.Number, approves: false, "Boris"));
        Assert.Equal((0, 30), Points());
    }

    [Theory]
    [InlineData(0, "goodwill", "Vera", "points-range")]
    [InlineData(1_000_001, "goodwill", "Vera", "points-range")]
    [InlineData(int.MinValue, "goodwill", "Vera", "points-range")]
    [InlineData(5, "bored", "Vera", "reason-unknown")]
    [InlineData(5, "goodwill", " ", "by-length")]
    public void What_cannot_be_done_is_refused(int points, string reason, string by, string code)
    {
        Assert.Equal(code, Refused(Wish(points) with { Reason = reason, By = by }));
        Assert.Equal("member-unknown", Refused(Wish(5) with { Member = 99 }));
        Assert.Equal("card-unknown", Refused(Wish(5) with { Card = 7 }));
        var other = _hq.CardOf(_hq.Issue(2)).Number;
        Assert.Equal("card-unknown", Refused(Wish(5) with { Card = other }));
        Assert.Equal("request-length", Refused(Wish(5) with { Request = "" }));

        Assert.Empty(_desk.Of(_ada.Id));
    }

    [Fact]
    public void What_waits_stands_in_one_list_with_the_exceptions_of_one_s_stores()
    {
        var gone = _hq.NewTill();
        gone.Sell(_chip, new TestSale(5_00));
        Sell(1_00);
        new ExceptionDesk(
            _hq.Database, _hq.Secrets, Options.Create(new ReconciliationOptions()), _hq.Clock,
            new FeedBell()).Resolve(1, new ResolutionWish("written-off", 700, "Ada"));
        var asked = Taken(Wish(900) with { Card = Number });
        var list = new ApprovalList(_hq.Database);

        var all = list.Waiting(StoreScope.Chain, 0, 10);

        Assert.Equal(2, all.Total);
        Assert.Equal(
            [(ApprovalKind.Adjustment, asked.Number, 900, "Vera"), (ApprovalKind.Exception, 1, 700, "Ada")],
            all.Rows.Select(one => (one.Kind, one.Number, one.Points, one.AskedBy)));
        Assert.All(all.Rows, one => Assert.Equal((_ada.Id, Number), (one.Member, one.Card)));
        Assert.Equal(1, list.Waiting(StoreScope.Of([7])!, 0, 10).Total);
    }

    [Fact]
    public void A_report_names_both_persons_and_a_member_who_was_unknown_takes_them_along()
    {
        var anonymous = new AnonymousBook(_hq.Database, _hq.Secrets, _hq.Clock);
        var somebody = anonymous.Add(1, "en", "test");
        var chip = _hq.IssueTo(somebody, 3);
        _desk.Decide(Taken(Wish(500) with { Member = somebody.Id }).Number, approves: true, "Boris");

        Assert.Null(anonymous.Move(_hq.CardOf(chip).Number, _ada.Id, "test"));

        Assert.Single(_desk.Of(_ada.Id));
        Assert.Equal((30, 500), Points());
        Assert.Equal(530, Lots());
        var report = new ReportRoom(_hq.Database, _hq.Clock).Of("adjustments", null, null)!;
        var row = Assert.Single(report.Rows);
        Assert.Equal(
            [500L, "Vera", "Boris", "goodwill", _ada.Id],
            new[] { "points", "by", "approved_by", "reason", "member" }
                .Select(column => row[report.Columns.ToList().IndexOf(column)]));
    }

    private long Number => _hq.CardOf(_chip).Number;

    private AdjustmentWish Wish(int points) =>
        new(_ada.Id, points, "goodwill", "Vera") { Request = $"request {++_requests}" };

    private Adjustment Taken(AdjustmentWish wish) =>
        Assert.IsType<AdjustmentAnswer.Taken>(_desk.Ask(wish)).Adjustment;

    private string Refused(AdjustmentWish wish) =>
        Assert.IsType<AdjustmentAnswer.Refused>(_desk.Ask(wish)).Code;

    private void Sell(int amountMinor)
    {
        _hq.Clock.Advance(TimeSpan.FromMinutes(1));
        _till.Sell(_chip, new TestSale(amountMinor) { Pending = _hq.Actions(_chip) });
        _hq.Sync(_till);
    }

    private (long OnCards, long OnAccount) Points()
    {
        var points = new MemberPointsReport(_hq.Database, _hq.Clock).Of(_ada);
        return (points.OnCards, points.OnAccount);
    }

    private long Lots() =>
        new MemberPointsReport(_hq.Database, _hq.Clock).Of(_ada).Lots.Sum(lot => lot.Points);

    private IEnumerable<string> Audited() =>
        _hq.Database.Read(db => AuditLog.List(db, $"member:{_ada.Id}", 0, 100)).Reverse()
            .Select(entry => $"{entry.DoneBy} {entry.Action} {entry.Detail}");
}

public sealed class AdjustmentDeskOnSqlite(SqliteEngine engine)
    : AdjustmentDeskContract(engine), IClassFixture<SqliteEngine>;

public sealed class AdjustmentDeskOnPostgres(PostgresCluster cluster)
    : AdjustmentDeskContract(new PostgresEngine(cluster));
