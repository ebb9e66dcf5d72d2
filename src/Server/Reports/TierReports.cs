using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Reports;

/// <summary>Members by tier.</summary>
internal static class TierReports
{
    public static readonly IReadOnlyList<Report> All =
    [
        new(
            "tiers",
            "Members in each tier now, those of them to whom it was given, and those who lose it within 31 "
            + "days if they buy nothing more.",
            ["tier", "name", "members", "given", "ending_soon"], (db, period) => Rows(db, period))
        {
            Bars = new("name", "members"),
        },
    ];

    private static IEnumerable<IReadOnlyList<object?>> Rows(DbSession db, Period period)
    {
        var today = StoreDays.BegunEverywhere(db, UnixTime.FromMicroseconds(period.NowUs));
        var names = db.List<long>("SELECT number FROM programme ORDER BY number")
            .SelectMany(programme => ProgrammeBook.Current(db, programme).Tiers.Levels)
            .ToLookup(level => (long)level.Tier, level => level.Name);
        return db.List<TierRow>(
            """
            SELECT tier, COUNT(*) AS members, SUM(granted) AS given,
                SUM(CASE WHEN through_day <> '' AND through_day < @soon THEN 1 ELSE 0 END) AS ending_soon
            FROM member_tier GROUP BY tier
            UNION ALL
            SELECT 0, (SELECT COUNT(*) FROM member) - (SELECT COUNT(*) FROM member_tier), 0, 0
            ORDER BY 1
            """,
            new { soon = today.AddDays(31).ToString("O", System.Globalization.CultureInfo.InvariantCulture) })
            .Select(row => (IReadOnlyList<object?>)
            [
                row.Tier, names[row.Tier].FirstOrDefault() ?? "", row.Members, row.Given, row.EndingSoon,
            ]);
    }

    private sealed record TierRow
    {
        public long Tier { get; init; }
        public long Members { get; init; }
        public long Given { get; init; }
        public long EndingSoon { get; init; }
    }
}
