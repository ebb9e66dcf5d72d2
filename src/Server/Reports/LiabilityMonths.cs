using System.Globalization;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Reports;

/// <summary>How what the programme owes its members has gone. Months are those in which something was posted,
/// in UTC: what is reported late changes none that is over.</summary>
internal static class LiabilityMonths
{
    // Of those that are over: the same month a year ago stands beside this one.
    private const int Ended = 12;

    public static readonly IReadOnlyList<Report> All =
    [
        new(
            "liability-months",
            "Points that members had, on cards, on account and for later, when each of the last twelve "
            + "months ended, and that they have now.",
            ["month", "programme", "currency", "points"],
            (db, period) => Rows(db, UnixTime.FromMicroseconds(period.NowUs)))
        {
            Bars = new("month", "points"),
        },
    ];

    private static IEnumerable<IReadOnlyList<object?>> Rows(DbSession db, DateTimeOffset now)
    {
        var months = Enumerable.Range(-Ended, Ended + 1)
            .Select(back => new DateOnly(now.Year, now.Month, 1).AddMonths(back)).ToList();
        var moved = Moved(db, months).ToLookup(one => (one.Programme, one.Currency));
        return
        [
            .. months.SelectMany((month, at) => moved.Where(all => all.Any(one => one.Month <= at))
                .OrderBy(all => all.Key)
                .Select(all => (IReadOnlyList<object?>)
                [
                    month.ToString("yyyy-MM", CultureInfo.InvariantCulture), all.Key.Programme,
                    all.Key.Currency, all.Where(one => one.Month <= at).Sum(one => one.Points),
                ])),
        ];
    }

    // The book is read once, however many months there are; what was before them is in the first.
    private static IReadOnlyList<Move> Moved(DbSession db, List<DateOnly> months)
    {
        var ends = string.Concat(months.SkipLast(1).Select((month, at) =>
            FormattableString.Invariant($" WHEN posted_us < {BeginOf(month.AddMonths(1))} THEN {at}")));
        return db.List<Move>(
            $"""
            SELECT month, programme, currency, CAST(SUM(points) AS bigint) AS points
            FROM (
                SELECT CASE{ends} ELSE {months.Count - 1} END AS month, programme, currency, points
                FROM posting WHERE account IN ({(int)AccountKind.MemberOnCard},
                    {(int)AccountKind.MemberOnAccount}, {(int)AccountKind.Pending})
            ) AS moved
            GROUP BY month, programme, currency
            """);
    }

    private static long BeginOf(DateOnly month) =>
        UnixTime.Microseconds(new DateTimeOffset(month.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero));

    private sealed record Move
    {
        /// <summary>Counted from the first that is told of.</summary>
        public long Month { get; init; }
        public long Programme { get; init; }
        public string Currency { get; init; } = "";
        public long Points { get; init; }
    }
}
