using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Ledger;

/// <summary>Points on a supervisor's word, on every engine.</summary>
public abstract class AdjustmentContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly Till _till;
    private readonly Chip _chip;

    protected AdjustmentContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _till = _hq.NewTill();
        _chip = _hq.Issue(1);
        _hq.Database.Write(db => TerminalBook.Insert(
            db, new Server.Terminals.Terminal { Number = _till.Number, Programme = 1, StoreZone = "UTC" },
            [1, 2, 3]));
        Allow(100);
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void It_is_booked_as_an_adjustment_and_not_as_points_given_or_spent()
    {
        Adjust(60);
        Adjust(-20);

        _hq.Sync(_till);

        Assert.Empty(_hq.Open());
        Assert.Equal(-40, On(AccountKind.Adjustments));
        Assert.Equal((0, 0), (On(AccountKind.ProgrammeIssued), On(AccountKind.Redeemed)));
        Assert.Equal(40, _chip.Points);
        _hq.AssertBalanced(_chip);
    }

    [Fact]
    public void More_than_the_terminal_was_ever_allowed_is_posted_and_an_exception()
    {
        Adjust(101);

        _hq.Sync(_till);

        Assert.Equal(["over-limit adjustment"], _hq.Open());
        _hq.AssertBalanced(_chip);
    }

    [Fact]
    public void What_was_allowed_when_it_was_done_stays_allowed()
    {
        Adjust(100);
        Allow(0);

        _hq.Sync(_till);

        Assert.Empty(_hq.Open());
    }

    [Fact]
    public void A_record_that_gives_and_takes_at_once_is_no_adjustment()
    {
        Adjust(50);
        _till.Sell(_chip, new TestSale(0)
        {
            Forge = record => record with
            {
                Kind = LogKind.Adjustment,
                Earned = 30,
                Redeemed = 10,
                BalanceAfter = record.BalanceAfter + 20,
            },
        });

        _hq.Sync(_till);

        Assert.Contains("rule-mismatch points", _hq.Open());
    }

    private void Adjust(int points) => _till.Sell(_chip, new TestSale(0)
    {
        Forge = record => record with
        {
            Kind = LogKind.Adjustment,
            Earned = Math.Max(points, 0),
            Redeemed = Math.Max(-points, 0),
            BalanceAfter = record.BalanceAfter + points,
        },
    });

    private void Allow(int most) => _hq.Database.Write(db =>
    {
        var book = new LimitsBook(_hq.Database, _hq.Secrets, _hq.Clock);
        var version = (int)db.Value<long>("SELECT COUNT(*) FROM terminal_limits") + 1;
        book.Issue(
            db, Limits.FirstOf(_till.Number) with { Version = version, AdjustmentMost = most }, "test");
    });

    private long On(AccountKind account) => _hq.Database.Read(db => db.Value<long>(
        "SELECT COALESCE(SUM(points), 0) FROM posting WHERE account = @account",
        new { account = (long)account }));
}

public sealed class AdjustmentsOnSqlite(SqliteEngine engine)
    : AdjustmentContract(engine), IClassFixture<SqliteEngine>;

public sealed class AdjustmentsOnPostgres(PostgresCluster cluster)
    : AdjustmentContract(new PostgresEngine(cluster));
