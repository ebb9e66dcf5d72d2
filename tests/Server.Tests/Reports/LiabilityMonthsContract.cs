using CsCheck;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Reports;

/// <summary>What members had month by month, on every engine. It is 15 March 2026.</summary>
public abstract class LiabilityMonthsContract : IDisposable
{
    private static readonly RowShape Shape = new(
        "id bigint, programme bigint, currency text, account bigint, owner bigint, points bigint, "
        + "terminal bigint, sequence bigint, contra bigint, posted_us bigint");

    // Some a hair before or after a month begins.
    private static readonly Gen<long> Instants = Gen.OneOf(
        Gen.Long[Us(new(2024, 1, 1)), Us(new(2026, 3, 14))],
        Gen.Select(Gen.Int[0, 26], Gen.Int[-1, 1], (month, hair) =>
            Us(new DateOnly(2024, 1, 1).AddMonths(month)) + hair));

    private static readonly Gen<(long Programme, long Account, long Points, long PostedUs)> Postings =
        Gen.Select(Gen.Long[1, 2], Gen.Long[1, 9], Gen.Long[-5_000, 5_000], Instants);

    private readonly Database _book;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 15, 9, 0, 0, TimeSpan.Zero));

    protected LiabilityMonthsContract(Engine engine) => _book = engine.OpenBook();

    public void Dispose()
    {
        _book.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void It_is_what_adding_up_every_posting_gives() => Postings.Array[1, 60].Sample(
        postings =>
        {
            Write(postings);

            var rows = new ReportRoom(_book, _clock).Of("liability-months", null, null)!.Rows;

            Assert.Equal(Folded(postings), rows.Select(row => string.Join('|', row)));
        },
        iter: 25, threads: 1);

    // Month by month, what every posting before its end adds up to; from a programme's first on.
    private static IEnumerable<string> Folded(
        IReadOnlyList<(long Programme, long Account, long Points, long PostedUs)> postings)
    {
        foreach (var month in Enumerable.Range(0, 13).Select(new DateOnly(2025, 3, 1).AddMonths))
        {
            foreach (var programme in new[] { 1, 2 })
            {
                var had = postings.Where(one => one.Programme == programme && one.Account is (1 or 2 or 8)
                    && one.PostedUs < Us(month.AddMonths(1))).ToList();
                if (had.Count > 0)
                    yield return $"{month:yyyy-MM}|{programme}|USD|{had.Sum(one => one.Points)}";
            }
        }
    }

    private void Write((long Programme, long Account, long Points, long PostedUs)[] postings) =>
        _book.Write(db =>
        {
            db.Run("DELETE FROM posting");
            db.RunForEach(
                $"INSERT INTO posting ({Shape.Names}) SELECT {Shape.Names} FROM {RowShape.Place}",
                new Rows(Shape, [.. postings.Select((one, at) => new object?[]
                {
                    (long)at + 1, one.Programme, "USD", one.Account, 1L, one.Points, 1L, 1L, 3L, one.PostedUs,
                })]));
        });

    private static long Us(DateOnly day) =>
        UnixTime.Microseconds(new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero));
}

public sealed class LiabilityMonthsOnSqlite(SqliteEngine engine)
    : LiabilityMonthsContract(engine), IClassFixture<SqliteEngine>;

public sealed class LiabilityMonthsOnPostgres(PostgresCluster cluster)
    : LiabilityMonthsContract(new PostgresEngine(cluster));
