using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.Chain;

namespace SmartCardCrm.Server.Tests.Storage;

/// <summary>A book of a release before lots, brought up to date, is as if it had always been of this
/// one.</summary>
public abstract class MigratedBookContract(Engine engine)
{
    private const string ToBeforeLots =
        """
        ALTER TABLE posting DROP COLUMN contra;
        ALTER TABLE posting DROP COLUMN posted_us;
        DROP INDEX sale_return_member;
        ALTER TABLE sale_return DROP COLUMN member;
        ALTER TABLE sale_return DROP COLUMN sale_terminal;
        ALTER TABLE sale_return DROP COLUMN sale_sequence;
        ALTER TABLE sale_return DROP COLUMN given_back;
        ALTER TABLE sale_return DROP COLUMN taken_back;
        ALTER TABLE sale_return DROP COLUMN pending;
        ALTER TABLE sale_return DROP COLUMN business_date;
        DROP TABLE lot;
        DROP TABLE lot_day;
        DROP TABLE lot_review;
        DROP TABLE told_expiry;
        ALTER TABLE card DROP COLUMN expiry_counter;
        ALTER TABLE card DROP COLUMN expiry_day;
        ALTER TABLE card DROP COLUMN expiry_points;
        DELETE FROM migration WHERE number IN (18, 26);
        """;

    [Fact]
    public void Returns_know_their_sales_and_postings_the_other_side_and_their_time()
    {
        using var hq = new Headquarters(engine.OpenBook());
        var (chip, till) = (hq.Issue(1), hq.NewTill());
        var sale = till.Sell(chip, new TestSale(100_00));
        till.Sell(chip, new TestSale(1_00) { Redeem = 90 });
        hq.Sync(till);
        hq.Clock.Advance(TimeSpan.FromHours(1));
        till.Sell(chip, new TestSale(50_00)
        {
            Return = new TestReturn(till.OperationOf(sale), Given: 0, Taken: 10, Milli: 500),
        });
        hq.Sync(till);
        Assert.Empty(hq.Open());
        var before = StateOf(hq.Database);

        hq.Database.Write(db => db.Run(ToBeforeLots));
        Migrations.Run(hq.Database);

        Assert.Contains("50 ", before[0], StringComparison.Ordinal);
        Assert.Equal(before, StateOf(hq.Database));
    }

    private static IReadOnlyList<string> StateOf(Database database) => database.Read(db => db.List<string>(
        """
        SELECT taken_back || ' ' || given_back || ' ' || member || ' ' || sale_terminal || ':'
            || sale_sequence || ' ' || business_date
        FROM sale_return
        """).Concat(db.List<string>(
        """
        SELECT id || ' ' || account || ' ' || contra || ' ' || points || ' ' || posted_us
        FROM posting ORDER BY id
        """)).ToList());
}

public sealed class MigratedBookOnSqlite(SqliteEngine engine)
    : MigratedBookContract(engine), IClassFixture<SqliteEngine>;

public sealed class MigratedBookOnPostgres(PostgresCluster cluster)
    : MigratedBookContract(new PostgresEngine(cluster));
