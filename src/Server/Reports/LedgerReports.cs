using System.Globalization;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Reports;

/// <summary>What the programme owes its members, and how that came about. A day is the one on which something
/// was posted, in UTC: what is reported late changes no day that is over.</summary>
internal static class LedgerReports
{
    private const string DayUs = "86400000000";
    private const int MembersAtOnce = 1000;

    private static readonly string Owed =
        $"{(int)AccountKind.MemberOnCard}, {(int)AccountKind.MemberOnAccount}, {(int)AccountKind.Pending}";

    public static readonly IReadOnlyList<string> AccountingColumns =
        ["day", "programme", "currency", "debit", "credit", "points"];

    public static readonly IReadOnlyList<Report> All =
    [
        Report.OfQuery(
            "liability",
            "Points that members have, on cards, on account and for later: at the beginning of the period, "
            + "what changed them, and at its end.",
            ["programme", "currency", "account", "opening", "loaded", "awarded", "activated", "redeemed",
                "expired", "adjusted", "moved", "closing"],
            $"""
            SELECT programme, currency, {NameOf("account")},
                SUM(CASE WHEN posted_us < @FromUs THEN points ELSE 0 END) AS opening,
                {Changed(AccountKind.Opening)} AS loaded,
                {Changed(AccountKind.ProgrammeIssued)} AS awarded,
                {Changed("(account = 8 OR contra = 8) AND contra <> 3")} AS activated,
                {Changed(AccountKind.Redeemed)} AS redeemed,
                {Changed(AccountKind.Expired)} AS expired,
                {Changed("contra IN (0, 6, 7)")} AS adjusted,
                {Changed("account IN (1, 2) AND contra IN (1, 2)")} AS moved,
                SUM(points) AS closing
            FROM posting WHERE account IN ({Owed}) AND posted_us < @ToUs
            GROUP BY programme, currency, account ORDER BY programme, currency, account
            """,
            new("account", "closing")),
        .. LiabilityMonths.All,
        new Report(
            "accounting",
            "The ledger's moves in double entry, added up by day: what loses points, and what gains them.",
            AccountingColumns,
            (db, period) => AccountingOf(db, "posted_us >= @FromUs AND posted_us < @ToUs", period))
        {
            Asks = ReportAsks.Period,
        },
        Report.OfQuery(
            "openings",
            "Opening balances by batch: what members have brought from another programme.",
            ["batch", "loaded_utc", "by", "members", "lines", "points", "undone_utc"],
            """
            SELECT batch, MIN(loaded_us) AS loaded, MIN(loaded_by) AS done_by,
                COUNT(DISTINCT member) AS members, COUNT(*) AS entries, SUM(points) AS points,
                MAX(undone_us) AS undone
            FROM opening_balance WHERE loaded_us >= @FromUs AND loaded_us < @ToUs
            GROUP BY batch ORDER BY MIN(number)
            """,
            new("batch", "points")),
        new Report(
            "vintages",
            "Points that members have now, by the month from which they may be spent and the day on which "
            + "they expire.",
            ["active_month", "expires_on", "members", "points"],
            (db, period) => VintagesOf(db, StoreDays.BegunEverywhere(
                db, UnixTime.FromMicroseconds(period.NowUs))))
        {
            Bars = new("active_month", "points"),
        },
    ];

    /// <summary>The moves that a condition on postings holds for, by day.</summary>
    public static IEnumerable<IReadOnlyList<object?>> AccountingOf(
        DbSession db, string condition, object parameters) =>
        db.List<DayRow>(
            $"""
            SELECT posted_us / {DayUs} AS day, programme, currency, {NameOf("contra")} AS debit,
                {NameOf("account")} AS credit, SUM(points) AS points
            FROM posting WHERE points > 0 AND {condition}
            GROUP BY posted_us / {DayUs}, programme, currency, contra, account
            ORDER BY posted_us / {DayUs}, programme, currency, contra, account
            """,
            parameters).Select(row => row.Cells);

    private static IEnumerable<IReadOnlyList<object?>> VintagesOf(DbSession db, DateOnly today) =>
        db.List<Member>("SELECT id, programme FROM member ORDER BY id")
            .Chunk(MembersAtOnce)
            .SelectMany(members => LotsOf(db, members, today))
            .GroupBy(lot => (lot.Month, lot.ExpiresOn))
            .OrderBy(lots => lots.Key.Month, StringComparer.Ordinal)
            .ThenBy(lots => lots.Key.ExpiresOn ?? DateOnly.MaxValue)
            .Select(lots => (IReadOnlyList<object?>)
            [
                lots.Key.Month, lots.Key.ExpiresOn?.ToString("O", CultureInfo.InvariantCulture),
                lots.Select(lot => lot.Member).Distinct().LongCount(), lots.Sum(lot => lot.Remaining),
            ]);

    private static IEnumerable<(long Member, string Month, DateOnly? ExpiresOn, long Remaining)> LotsOf(
        DbSession db, Member[] members, DateOnly today)
    {
        var rows = new MemberRows(db, members[0].Id, members[^1].Id);
        return members.SelectMany(member => LotBook.Of(rows, member, today).Lots
            .Where(lot => lot.Remaining > 0)
            .Select(lot => (member.Id, $"{lot.ActiveOn:yyyy-MM}", lot.ExpiresOn, lot.Remaining)));
    }

    private static string Changed(AccountKind contra) => Changed($"contra = {(int)contra}");

    private static string Changed(string by) =>
        $"SUM(CASE WHEN posted_us >= @FromUs AND {by} THEN points ELSE 0 END)";

    private static string NameOf(string column) =>
        $"""
        CASE {column} WHEN 1 THEN 'on-card' WHEN 2 THEN 'on-account' WHEN 3 THEN 'issued'
            WHEN 4 THEN 'redeemed' WHEN 5 THEN 'expired' WHEN 6 THEN 'adjustments' WHEN 7 THEN 'suspense'
            WHEN 8 THEN 'pending' WHEN 9 THEN 'opening' ELSE 'unknown' END
        """;

    private sealed record DayRow
    {
        public long Day { get; init; }
        public long Programme { get; init; }
        public string Currency { get; init; } = "";
        public string Debit { get; init; } = "";
        public string Credit { get; init; } = "";
        public long Points { get; init; }

        public IReadOnlyList<object?> Cells =>
        [
            DateTimeOffset.UnixEpoch.AddDays(Day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Programme, Currency, Debit, Credit, Points,
        ];
    }
}
