using Microsoft.Extensions.Options;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Reconciliation;

/// <summary>What people may do about exceptions, and what the data then makes of it, on every
/// engine.</summary>
public abstract class ExceptionDeskContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly ExceptionDesk _desk;
    private readonly Chip _chip;
    private readonly Till _gone;
    private readonly Till _till;

    protected ExceptionDeskContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        var options = Options.Create(new ReconciliationOptions { PointsAloneMost = 100 });
        _desk = new ExceptionDesk(_hq.Database, _hq.Secrets, options, _hq.Clock, new FeedBell());
        (_chip, _gone, _till) = (_hq.Issue(1), _hq.NewTill(), _hq.NewTill());
        _gone.Sell(_chip, new TestSale(5_00));
        _gone.Sell(_chip, new TestSale(6_00));
        _till.Sell(_chip, new TestSale(7_00));
        _hq.Sync(_till);
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void It_has_an_owner_and_notes()
    {
        Assert.Null(_desk.Assign(1, "Vera", "Ada"));
        Assert.Null(_desk.Note(1, "The till burnt.", "Vera"));
        Assert.Null(_desk.Note(1, "Its disk too.", "Vera"));

        Assert.Equal("Vera", Story().Exception.Owner);
        Assert.Equal(["The till burnt.", "Its disk too."], Story().Notes.Select(note => note.Note));
        Assert.Equal(
            [
                """Ada exception-assigned {"before":null,"after":"Vera"}""",
                """Vera exception-noted {"note":1}""", """Vera exception-noted {"note":2}""",
            ],
            Audited());
    }

    [Fact]
    public void A_gap_that_was_written_off_stays_so_while_it_is_as_it_was()
    {
        Assert.Equal(["gap 2..3"], _hq.Open());
        Assert.Equal("reason-unknown", _desk.Resolve(1, new ResolutionWish("explained", 0, "Vera")));
        Assert.Null(_desk.Resolve(1, new ResolutionWish("written-off", 0, "Vera")));
        Assert.Equal("exception-closed", _desk.Resolve(1, new ResolutionWish("written-off", 0, "Ada")));

        _till.Sell(_chip, new TestSale(8_00));
        _hq.Sync(_till);

        Assert.Empty(_hq.Open());
        Assert.Equal(("written-off", "Vera"), (Story().Exception.Resolution, Story().Exception.ResolvedBy));
    }

    [Fact]
    public void What_comes_after_all_reopens_the_rest_of_a_gap_and_heals_the_whole()
    {
        _desk.Resolve(1, new ResolutionWish("written-off", 0, "Vera"));

        _hq.Intake.Take(_gone.Number, [.. _gone.Journal.Entries.Take(2)]);
        Assert.Equal(["gap 3"], _hq.Open());
        _desk.Resolve(1, new ResolutionWish("written-off", 0, "Vera"));
        _hq.Sync(_gone);

        Assert.Empty(_hq.Open());
        Assert.Equal(("arrived", null), (Story().Exception.Resolution, Story().Exception.ResolvedBy));
        _hq.AssertBalanced(_chip);
    }

    [Fact]
    public void A_doubt_that_was_written_off_leaves_no_gap_until_the_data_says_that_it_did_not_happen()
    {
        var (chip, hasty) = (_hq.Issue(2), _hq.NewTill());
        var doubt = hasty.Sell(chip, new TestSale(1_00) { Fate = Fate.CommitLost });
        _gone.Sell(chip, new TestSale(2_00));
        _gone.Sell(chip, new TestSale(3_00));
        _till.Sell(chip, new TestSale(4_00));
        _hq.Sync(_till);
        _hq.Sync(hasty);
        Assert.Equal(["gap 2..3", "gap 3", "doubt commit-unanswered"], _hq.Open());

        _desk.Resolve(3, new ResolutionWish("written-off", 0, "Vera"));
        Assert.Equal(["gap 2..3", "gap 3"], _hq.Open());
        hasty.Settle(chip, doubt);
        _hq.Sync(hasty);

        Assert.Equal(["gap 2..3", "gap 2..3"], _hq.Open());
        Assert.Equal("did-not-happen", Story(3).Exception.Resolution);
    }

    [Fact]
    public void What_is_late_is_closed_by_nobody_before_its_terminal_is_shut_out()
    {
        var (chip, slow) = (_hq.Issue(2), _hq.NewTill());
        _hq.Enrol(slow.Number, store: 1);
        slow.Sell(chip, new TestSale(1_00));
        _till.Sell(chip, new TestSale(1_00));
        _hq.Sync(_till);

        Assert.Equal("exception-late", _desk.Resolve(2, new ResolutionWish("written-off", 0, "Vera")));
        Assert.Empty(Story(2).Reasons);
        new TerminalBook(_hq.Database, _hq.Clock).Revoke(slow.Number, "Ada");

        Assert.Null(_desk.Resolve(2, new ResolutionWish("written-off", 0, "Vera")));
    }

    [Fact]
    public void Few_points_are_moved_by_one_person_at_the_next_tap()
    {
        Assert.Null(_desk.Resolve(1, new ResolutionWish("written-off", 100, "Vera")));

        Assert.Equal([new CardAction(1, 100)], _hq.Actions(_chip));
        Assert.Equal(1, Assert.Single(Story().Resolutions).CardAction);
        _till.Sell(_chip, new TestSale(9_00) { Pending = _hq.Actions(_chip) });
        _hq.Sync(_till);
        Assert.Equal(7 + 9 + 100, _hq.Balance(_chip));
    }

    [Theory]
    [InlineData(101)]
    [InlineData(-101)]
    public void Many_points_wait_for_another_person(int points)
    {
        Assert.Null(_desk.Resolve(1, new ResolutionWish("written-off", points, "Vera")));

        Assert.Equal(["gap 2..3"], _hq.Open());
        Assert.True(Story().Exception.Waits);
        Assert.Empty(_hq.Actions(_chip));
        Assert.Equal("already-proposed", _desk.Resolve(1, new ResolutionWish("written-off", 1, "Ada")));
        Assert.Equal("same-person", _desk.Decide(1, 1, approves: true, " vera "));
        Assert.Null(_desk.Decide(1, 1, approves: true, "Ada"));
        Assert.Equal("nothing-proposed", _desk.Decide(1, 1, approves: true, "Ada"));

        Assert.Empty(_hq.Open());
        Assert.Equal([new CardAction(1, points)], _hq.Actions(_chip));
        var detail = $$"""{"reason":"written-off","points":{{points}},"askedBy":"Vera"}""";
        Assert.Equal(
            [$"Vera exception-proposed {detail}", $"Ada exception-resolved {detail}"], Audited());
    }

    [Fact]
    public void What_another_person_rejects_is_not_done()
    {
        _desk.Resolve(1, new ResolutionWish("written-off", 500, "Vera"));

        Assert.Null(_desk.Decide(1, 1, approves: false, "Ada"));

        Assert.Equal(["gap 2..3"], _hq.Open());
        Assert.Empty(_hq.Actions(_chip));
        Assert.Equal(("rejected", "Ada"), (Story().Resolutions[0].State, Story().Resolutions[0].DecidedBy));
    }

    [Fact]
    public void Who_says_yes_to_one_proposal_has_not_said_yes_to_the_next()
    {
        _desk.Resolve(1, new ResolutionWish("written-off", 200, "Vera"));
        _desk.Decide(1, 1, approves: false, "Ada");
        _desk.Resolve(1, new ResolutionWish("written-off", 900_000, "Vera"));

        Assert.Equal("proposal-other", _desk.Decide(1, 1, approves: true, "Boris"));

        Assert.Empty(_hq.Actions(_chip));
        Assert.Null(_desk.Decide(1, 2, approves: true, "Boris"));
        Assert.Equal([new CardAction(1, 900_000)], _hq.Actions(_chip));
    }

    [Fact]
    public void What_the_data_closes_first_is_decided_by_nobody()
    {
        _desk.Resolve(1, new ResolutionWish("written-off", 500, "Vera"));

        _hq.Sync(_gone);

        Assert.Equal("nothing-proposed", _desk.Decide(1, 1, approves: true, "Ada"));
        Assert.Equal("void", Assert.Single(Story().Resolutions).State);
        Assert.Empty(_hq.Actions(_chip));
    }

    [Fact]
    public void Points_that_come_after_they_were_made_good_are_told()
    {
        _desk.Resolve(1, new ResolutionWish("written-off", 11, "Vera"));

        _hq.Sync(_gone);

        Assert.Equal(["settled-twice came-after-all"], _hq.Open());
        Assert.Null(_desk.Resolve(2, new ResolutionWish("corrected", -11, "Vera")));
        Assert.Empty(_hq.Open());
        Assert.Equal([new CardAction(1, 11), new CardAction(2, -11)], _hq.Actions(_chip));
    }

    [Theory]
    [InlineData(7, "explained", 0, "Vera", "exception-unknown")]
    [InlineData(2, "bored", 0, "Vera", "reason-unknown")]
    [InlineData(2, "corrected", 0, "Vera", "points-missing")]
    [InlineData(2, "corrected", 5, "Vera", "card-unknown")]
    [InlineData(2, "explained", 0, " ", "by-length")]
    public void What_cannot_be_done_is_refused(long id, string reason, int points, string by, string code)
    {
        _till.Journal.Add(Google.Protobuf.ByteString.CopyFrom(0xFF));
        _hq.Sync(_till);
        Assert.Equal(["gap 2..3", "unreadable entry"], _hq.Open());

        Assert.Equal(code, _desk.Resolve(id, new ResolutionWish(reason, points, by)));

        Assert.Equal(["gap 2..3", "unreadable entry"], _hq.Open());
        Assert.Empty(Audited());
    }

    private ExceptionStory Story(long id = 1) => new ExceptionList(_hq.Database).Find(id)!;

    // What was done about exceptions, in order.
    private IEnumerable<string> Audited() =>
        _hq.Database.Read(db => AuditLog.List(db, "exception:1", 0, 100)).Reverse()
            .Select(entry => $"{entry.DoneBy} {entry.Action} {entry.Detail}");
}

public sealed class ExceptionDeskOnSqlite(SqliteEngine engine)
    : ExceptionDeskContract(engine), IClassFixture<SqliteEngine>;

public sealed class ExceptionDeskOnPostgres(PostgresCluster cluster)
    : ExceptionDeskContract(new PostgresEngine(cluster));
