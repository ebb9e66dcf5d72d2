using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Reports;

/// <summary>What terminals may lose without a network, on every engine. It is 6 January 2026, 9:00
/// UTC.</summary>
public abstract class ExposureContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly Chip _chip;
    private readonly Till _till;
    private readonly Till _other;
    private readonly LimitsBook _limits;
    private readonly TerminalWatch _watch;

    protected ExposureContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        (_chip, _till, _other) = (_hq.Issue(1), _hq.NewTill(), _hq.NewTill());
        _hq.Enrol(_till.Number, store: 1);
        _hq.Enrol(_other.Number, store: 2);
        _limits = new LimitsBook(_hq.Database, _hq.Secrets, _hq.Clock);
        _limits.SeedMissing();
        _watch = new TerminalWatch(_hq.Clock);
        _hq.Clock.Advance(TimeSpan.FromDays(1));
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Each_terminal_and_all_together_are_bound_by_their_day_s_limit()
    {
        Limit(_till, limits => limits with { DayMost = 1_000 });

        Assert.Equal(["1000|3000", "100000|300000", "101000|303000"], Cells(3, "may_lose_today", "bound"));
    }

    [Fact]
    public void What_was_redeemed_today_is_lost_no_more_known_of_or_not()
    {
        _till.Sell(_chip, new TestSale(50_00));
        _till.Sell(_chip, new TestSale(10_00) { Redeem = 20 });
        _hq.Sync(_till);
        // One that the card's log has, and one that the card's next transaction has read.
        _till.Sell(_chip, new TestSale(10_00) { Redeem = 7 });
        _till.Sell(_chip, new TestSale(10_00) { Redeem = 5 });
        _other.Sell(_chip, new TestSale(1_00));
        _other.CarryLog(_chip, from: 4, through: 2);
        _hq.Sync(_other);

        Assert.Equal(
            ["32|12|99968", "0|0|100000", "32|12|199968"],
            Cells(1, "redeemed_today", "redeemed_unheard", "may_lose_today"));
        _hq.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal("0|12|100000", Cells(1, "redeemed_today", "redeemed_unheard", "may_lose_today")[0]);
    }

    [Fact]
    public void Who_has_not_heard_of_headquarters_for_long_lets_nobody_redeem()
    {
        _watch.Current(1, _hq.Clock.GetUtcNow());
        Limit(_other, limits => limits with { ReplicaHoursMost = 10 });
        _watch.Current(2, _hq.Clock.GetUtcNow());
        Note();
        _hq.Clock.Advance(TimeSpan.FromHours(11));
        new BlockBook(_hq.Database, _hq.Secrets, _hq.Clock).Block(1_000_001, "stolen", "Vera");

        Assert.Equal(
            ["11|1|100000|100000", "11|1|0|100000", "||100000|200000"],
            Cells(1, "replica_hours", "blocks_missing", "may_lose_today", "bound"));

        _hq.Clock.Advance(TimeSpan.FromHours(1));
        _watch.Current(1, _hq.Clock.GetUtcNow());
        Note();
        Assert.Equal("0|0", Cells(1, "replica_hours", "blocks_missing")[0]);
    }

    [Fact]
    public void Where_headquarters_decides_and_nobody_else_nothing_is_lost()
    {
        Limit(_till, limits => limits with { Modes = OperationModes.NoKeys });
        Limit(_other, limits => limits with
        {
            Modes = new OperationModes(Redeem: new OperationMode(Mode.Centralised, Mode.Distributed)),
        });

        Assert.Equal(["0|0", "100000|100000", "100000|100000"], Cells(1, "may_lose_today", "bound"));
    }

    [Fact]
    public void A_terminal_that_is_shut_out_bears_no_more_on_it()
    {
        new TerminalBook(_hq.Database, _hq.Clock).Revoke(1, "Vera");

        Assert.Equal(["Till 2", "total"], Cells(1, "name"));
    }

    [Fact]
    public void When_a_terminal_was_seen_is_known_after_a_restart()
    {
        _watch.Current(1, _hq.Clock.GetUtcNow());
        _hq.Clock.Advance(TimeSpan.FromMinutes(5));
        _watch.Seen(1);
        Note();
        _hq.Clock.Advance(TimeSpan.FromMinutes(5));
        var restarted = new TerminalWatch(_hq.Clock);
        restarted.Seen(1);
        Note(restarted);

        Assert.Equal("2026-01-06 09:10:00|2026-01-06 09:00:00", Cells(1, "seen_utc", "replica_utc")[0]);
    }

    private void Limit(Till till, Func<Limits, Limits> change) =>
        Assert.NotNull(_limits.Issue(change(_limits.Of(till.Number)!), "test"));

    private void Note(TerminalWatch? watch = null)
    {
        using var sightings = new Sightings(
            _hq.Database, watch ?? _watch, _hq.Clock,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<Sightings>.Instance);
        sightings.Note();
    }

    private IReadOnlyList<string> Cells(int days, params IReadOnlyList<string> columns)
    {
        var table = new ReportRoom(_hq.Database, _hq.Clock).Of("exposure", null, null, days)!;
        return
        [
            .. table.Rows.Select(row => string.Join('|', columns.Select(
                column => row[table.Columns.ToList().IndexOf(column)]))),
        ];
    }
}

public sealed class ExposureOnSqlite(SqliteEngine engine)
    : ExposureContract(engine), IClassFixture<SqliteEngine>;

public sealed class ExposureOnPostgres(PostgresCluster cluster)
    : ExposureContract(new PostgresEngine(cluster));
