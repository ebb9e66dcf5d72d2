using Microsoft.Extensions.Options;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Reports;

/// <summary>What makes open pages look again, on every engine.</summary>
public abstract class PageMarksContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly TerminalWatch _watch;
    private readonly OpenLines _lines = new();
    private readonly PageMarks _marks;
    private readonly Member _ada;
    private readonly Chip _chip;
    private readonly Chip _other;
    private readonly Till _till;

    protected PageMarksContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _watch = new TerminalWatch(_hq.Clock);
        _marks = new PageMarks(_hq.Database, _watch, _lines);
        _ada = _hq.Members.Add(1, new NewMember("Ada", null, "en"), "test");
        (_chip, _other, _till) = (_hq.IssueTo(_ada, 1), _hq.Issue(2), _hq.NewTill());
        _hq.Enrol(_till.Number, store: 319);
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_member_s_mark_is_another_with_whatever_happens_to_him_and_with_nothing_else()
    {
        var blocks = new BlockBook(_hq.Database, _hq.Secrets, _hq.Clock);
        var options = Options.Create(new ReconciliationOptions());
        var desk = new AdjustmentDesk(_hq.Database, _hq.Secrets, options, _hq.Clock, new FeedBell());
        var seen = new List<string> { _marks.OfMember(_ada.Id) };
        void Do(Action change)
        {
            change();
            seen.Add(_marks.OfMember(_ada.Id));
        }

        Do(() => Sell(_chip));
        Do(() => blocks.Block(_hq.CardOf(_chip).Number, "stolen", "Vera"));
        Do(() => desk.Ask(new AdjustmentWish(_ada.Id, 5, "goodwill", "Vera") { Request = "5" }));
        Do(() => desk.Ask(new AdjustmentWish(_ada.Id, 50_000, "goodwill", "Vera") { Request = "many" }));
        Assert.Equal(seen.Count, seen.Distinct().Count());

        Sell(_other);
        Assert.Equal(seen[^1], _marks.OfMember(_ada.Id));
    }

    [Fact]
    public void A_terminal_s_mark_is_another_with_its_line_its_word_and_its_journal()
    {
        var seen = new List<string> { _marks.OfTerminal(_till.Number) };
        void Do(Action change)
        {
            change();
            seen.Add(_marks.OfTerminal(_till.Number));
        }

        Do(() => Sell(_chip));
        Do(() => _watch.Heard(_till.Number, new Heartbeat()));
        Do(() => _lines.Open(_till.Number, "exchange"));
        Assert.Equal(seen.Count, seen.Distinct().Count());

        _watch.Heard(_till.Number + 1, new Heartbeat());
        Assert.Equal(seen[^1], _marks.OfTerminal(_till.Number));
    }

    private void Sell(Chip chip)
    {
        _till.Sell(chip, new TestSale(10_00));
        _hq.Sync(_till);
    }
}

public sealed class PageMarksOnSqlite(SqliteEngine engine)
    : PageMarksContract(engine), IClassFixture<SqliteEngine>;

public sealed class PageMarksOnPostgres(PostgresCluster cluster)
    : PageMarksContract(new PostgresEngine(cluster));
