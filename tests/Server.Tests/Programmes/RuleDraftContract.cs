using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Programmes;

/// <summary>Rules from the first draft to their retirement, on every engine.</summary>
public abstract class RuleDraftContract : IDisposable
{
    private static readonly RuleSet Double = ProgrammeBook.FirstRules with
    {
        Rules = [new Rule("base", new Effect.PerAmount(Points: 2, Minor: 100))],
    };

    private readonly Headquarters _hq;
    private readonly ProgrammeBook _book;

    private protected RuleDraftContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _book = new ProgrammeBook(_hq.Database, _hq.Secrets, _hq.Clock);
        Restart();
    }

    private RuleDrafts Drafts { get; set; } = null!;

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_draft_is_edited_until_it_is_published_and_then_sold_by()
    {
        var draft = Done(Drafts.Add("Winter", ProgrammeBook.FirstRules, "Vera"));
        var edited = Done(Drafts.Change(draft.Id, "Winter, double", Double, draft.Revision, "Boris"));
        Assert.Equal(1, _book.Current(1).Version);

        var published = Done(Drafts.Publish(draft.Id, "Vera"));

        Assert.Equal(("Vera", "Boris", 2L), (edited.Author, edited.ChangedBy, edited.Revision));
        Assert.Equal((DraftState.Published, (long?)2), (published.State, published.Version));
        Assert.Equal((2, 2), (_book.Current(1).Version, Points(_book.Current(1))));
        var told = _hq.Feed().Last(item => item.RuleSet is not null).RuleSet;
        Assert.Equal((2u, 2), (told.Version, Points(RuleSet.FromDocument(told.Document.Span))));
        Assert.Equal(DocumentSignature.Length, told.Signature.Length);
        Assert.Equal(
            [
                "Vera rule-draft-made rule-draft:1", "Boris rule-draft-changed rule-draft:1",
                "Vera rules-published rule-set:1:2", "Vera rule-draft-published rule-draft:1",
            ],
            Audited());
    }

    [Fact]
    public void What_somebody_else_has_changed_since_is_not_written_over()
    {
        var draft = Done(Drafts.Add("Winter", ProgrammeBook.FirstRules, "Vera"));
        Done(Drafts.Change(draft.Id, "Winter", Double, draft.Revision, "Boris"));

        Assert.Equal("draft-changed", Code(Drafts.Change(draft.Id, "Mine", Double, draft.Revision, "Vera")));
        Assert.Equal("Winter", Drafts.Find(draft.Id)!.Name);
    }

    [Fact]
    public void Rules_that_could_not_be_published_are_no_draft()
    {
        Assert.Throws<FormatException>(() => Drafts.Add("A", Double with { Currency = "EUR" }, "Vera"));
        Assert.Throws<FormatException>(() => Drafts.Add("A", Double with { Programme = 9 }, "Vera"));
        Assert.Throws<FormatException>(() => Drafts.Add("A", Double with { CardBalanceMost = 5 }, "Vera"));
        Assert.Equal("name-length", Code(Drafts.Add(" ", Double, "Vera")));
        Assert.Equal("by-length", Code(Drafts.Add("A", Double, "")));
        Assert.Empty(Drafts.All());
    }

    [Fact]
    public void A_scheduled_draft_is_published_at_its_time_once_also_by_a_server_that_was_away()
    {
        var (later, sooner) = (Done(Drafts.Add("Later", ProgrammeBook.FirstRules, "Vera")).Id,
            Done(Drafts.Add("Sooner", Double, "Vera")).Id);
        var now = _hq.Clock.GetUtcNow();
        Done(Drafts.Schedule(later, now.AddHours(2), "Boris"));
        Done(Drafts.Schedule(sooner, now.AddHours(1), "Vera"));

        _hq.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(0, Drafts.PublishDue());
        _hq.Clock.Advance(TimeSpan.FromHours(3));
        Restart();
        Assert.Equal((2, 0), (Drafts.PublishDue(), Drafts.PublishDue()));

        Assert.Equal((3L, 2L), (Drafts.Find(later)!.Version, Drafts.Find(sooner)!.Version));
        Assert.Equal(1, Points(_book.Current(1)));
        Assert.Contains("Boris rules-published rule-set:1:3", Audited());
    }

    [Fact]
    public void A_scheduled_draft_stays_as_it_is_until_it_is_withdrawn()
    {
        var id = Done(Drafts.Add("Winter", Double, "Vera")).Id;
        Done(Drafts.Schedule(id, _hq.Clock.GetUtcNow().AddHours(1), "Vera"));
        string[] meanwhile =
        [
            Code(Drafts.Change(id, "Winter", ProgrammeBook.FirstRules, 1, "Boris")),
            Code(Drafts.Discard(id, "Boris")), Code(Drafts.Publish(id, "Boris")),
        ];

        var withdrawn = Done(Drafts.Withdraw(id, "Boris"));
        _hq.Clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal(["draft-scheduled", "draft-scheduled", "draft-scheduled"], meanwhile);
        Assert.Equal((DraftState.Draft, 0), (withdrawn.State, Drafts.PublishDue()));
        Assert.Equal("draft-not-scheduled", Code(Drafts.Withdraw(id, "Boris")));
        Assert.Equal("schedule-past", Code(Drafts.Schedule(id, _hq.Clock.GetUtcNow(), "Vera")));
        Assert.Equal(1, _book.Current(1).Version);
    }

    [Fact]
    public void A_draft_that_was_thrown_away_or_published_does_not_change_any_more()
    {
        var (gone, published) = (
            Done(Drafts.Add("Gone", Double, "Vera")).Id, Done(Drafts.Add("Out", Double, "Vera")).Id);
        Done(Drafts.Discard(gone, "Vera"));
        Done(Drafts.Publish(published, "Vera"));

        Assert.Equal("draft-discarded", Code(Drafts.Publish(gone, "Vera")));
        Assert.Equal("draft-published", Code(Drafts.Publish(published, "Vera")));
        Assert.Equal("draft-unknown", Code(Drafts.Publish(99, "Vera")));
        Assert.Equal([published, gone], Drafts.All().Select(draft => draft.Id));
    }

    [Fact]
    public void A_version_is_retired_once_it_is_not_in_force_and_returns_go_by_it_still()
    {
        var till = _hq.NewTill();
        var chip = _hq.Issue(1);
        var sale = till.OperationOf(till.Sell(chip, new TestSale(5_000)));
        _hq.Sync(till);
        Assert.Equal("rules-in-force", _book.Retire(1, "Vera"));
        _book.Publish(Double, "Vera");

        Assert.Null(_book.Retire(1, "Vera"));
        till.Sell(chip, new TestSale(5_000) { Return = new TestReturn(sale, Given: 0, Taken: 50) });
        _hq.Sync(till);

        Assert.Equal(
            ("already-retired", "version-unknown"), (_book.Retire(1, "Vera"), _book.Retire(7, "Vera")));
        Assert.Equal(
            [(2L, true, false), (1L, false, true)],
            _book.Versions().Select(v => (v.Version, v.InForce, v.RetiredUs is not null)));
        Assert.Empty(_hq.Open());
        Assert.Equal(0, _hq.Balance(chip));
        Assert.Contains("Vera rules-retired rule-set:1:1", Audited());
    }

    private void Restart() => Drafts = new RuleDrafts(_hq.Database, _book, _hq.Clock);

    private List<string> Audited() =>
        [.. _hq.Database.Read(db => AuditLog.List(db, null, 0, 100)).Reverse()
            .Where(line => line.DoneBy != "server"
                && line.Action.StartsWith("rule", StringComparison.Ordinal))
            .Select(line => $"{line.DoneBy} {line.Action} {line.Subject}")];

    // Points of a dollar.
    private static int Points(RuleSet rules) => ((SaleDecision.Approved)Sale.Decide(
        new SaleRequest(Basket.Of(new Money(100, "USD")), new Occasion(0, [], 1, default), 0), 0, rules))
        .Terms.Earned;

    private static RuleDraft Done(DraftAnswer answer) => Assert.IsType<DraftAnswer.Done>(answer).Draft;

    private static string Code(DraftAnswer answer) => Assert.IsType<DraftAnswer.Refused>(answer).Code;
}

public sealed class RuleDraftOnSqlite(SqliteEngine engine)
    : RuleDraftContract(engine), IClassFixture<SqliteEngine>;

public sealed class RuleDraftOnPostgres(PostgresCluster cluster)
    : RuleDraftContract(new PostgresEngine(cluster));
