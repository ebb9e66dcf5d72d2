using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Ledger;

/// <summary>Closing months, on every engine. It begins on 5 January 2026.</summary>
public abstract class PeriodContract : IDisposable
{
    private const string Heading = "day,programme,currency,debit,credit,points\r\n";

    private readonly Headquarters _hq;
    private readonly Till _till;
    private readonly Chip _chip;
    private readonly Periods _periods;

    protected PeriodContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        (_chip, _till) = (_hq.Issue(1), _hq.NewTill());
        _periods = new Periods(_hq.Database, _hq.Clock);
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_closed_month_keeps_its_file_whatever_is_reported_late()
    {
        _till.Sell(_chip, new TestSale(100_00));
        _hq.Sync(_till);
        _till.Sell(_chip, new TestSale(7_00));
        GoTo(2026, 2, 1);
        Assert.Null(_periods.Close("2026-01", "Eva"));
        var file = _periods.Csv("2026-01");

        _hq.Sync(_till);
        GoTo(2026, 3, 1);
        Assert.Null(_periods.Close("2026-02", "Eva"));

        Assert.Equal($"{Heading}2026-01-05,1,USD,issued,on-card,100\r\n", file);
        Assert.Equal(file, _periods.Csv("2026-01"));
        Assert.Equal($"{Heading}2026-02-01,1,USD,issued,on-card,7\r\n", _periods.Csv("2026-02"));
        Assert.Equal(["2026-02", "2026-01"], _periods.All().Select(period => period.Month));
        Assert.Null(_periods.Csv("2026-03"));
    }

    [Fact]
    public void Months_are_closed_one_after_the_other_once_they_are_over()
    {
        GoTo(2026, 4, 1);
        Assert.Null(_periods.Close("2026-01", "Eva"));

        Assert.Equal("period-closed", _periods.Close("2026-01", "Eva"));
        Assert.Equal("period-order", _periods.Close("2026-03", "Eva"));
        Assert.Equal("period-not-over", _periods.Close("2026-04", "Eva"));
        Assert.Equal("period-malformed", _periods.Close("April", "Eva"));
        Assert.Equal("by-length", _periods.Close("2026-02", " "));
        Assert.Null(_periods.Close("2026-02", "Eva"));
    }

    [Fact]
    public void A_closed_month_that_somebody_has_changed_is_found()
    {
        _till.Sell(_chip, new TestSale(100_00));
        _hq.Sync(_till);
        GoTo(2026, 2, 1);
        _periods.Close("2026-01", "Eva");
        Assert.Empty(_hq.Database.Read(Periods.Changed));

        _hq.Database.Write(db => db.Run("UPDATE posting SET points = points * 2"));

        Assert.Equal(["2026-01"], _hq.Database.Read(Periods.Changed));
    }

    private void GoTo(int year, int month, int day) =>
        _hq.Clock.SetUtcNow(new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero));
}

public sealed class PeriodsOnSqlite(SqliteEngine engine)
    : PeriodContract(engine), IClassFixture<SqliteEngine>;

public sealed class PeriodsOnPostgres(PostgresCluster cluster)
    : PeriodContract(new PostgresEngine(cluster));
