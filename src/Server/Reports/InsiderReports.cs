using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Reports;

/// <summary>What people in shops and at headquarters did by their own decision, and patterns in it that an
/// honest shop seldom shows.</summary>
internal static class InsiderReports
{
    // Fewer in the period are chance.
    private const int OftenLeast = 3;
    // Nobody shops so often in one day.
    private const int DaySalesLeast = 5;

    // A regular customer meets more than one cashier.
    private const int CashierSalesLeast = 5;
    private const string SoonUs = "86400000000";

    private static readonly Report Resolutions = Report.OfQuery(
        "resolutions", "", [],
        """
        SELECT COALESCE(r.decided_us, r.asked_us) AS done, e.terminal, e.sequence, e.id, c.number, r.points,
            r.asked_by, r.decided_by, r.reason, c.member
        FROM exception_resolution r JOIN book_exception e ON e.id = r.exception
        LEFT JOIN card c ON c.uid = e.uid AND (c.generation = e.generation OR COALESCE(e.generation, 0) = 0)
        WHERE r.state = 'done' AND r.points <> 0 AND r.asked_us >= @FromUs AND r.asked_us < @ToUs
        ORDER BY 1, 4
        """);

    private static readonly Report Headquarters = Report.OfQuery(
        "headquarters", "", [],
        """
        SELECT COALESCE(decided_us, asked_us) AS done, NULL AS terminal, NULL AS entry, NULL AS exception,
            card, points, asked_by, decided_by, reason, member
        FROM member_adjustment
        WHERE state = 'done' AND asked_us >= @FromUs AND asked_us < @ToUs
        ORDER BY 1, number
        """);

    private static readonly Report Patterns = Report.OfQuery(
        "patterns", "", [],
        $"""
        SELECT 'without-card' AS pattern, s.terminal, NULL AS who, NULL AS card, s.member, COUNT(*) AS times,
            SUM(s.earned) AS points, MIN(s.posted_us) AS first, MAX(s.posted_us) AS last
        FROM account_sale s WHERE s.posted_us >= @FromUs AND s.posted_us < @ToUs
        GROUP BY s.terminal, s.member HAVING COUNT(*) >= {OftenLeast}
        UNION ALL
        SELECT 'redeem-after-adjust', a.terminal, NULL, c.number, c.member, COUNT(*), SUM(b.redeemed),
            MIN(b.recorded_us), MAX(b.recorded_us)
        FROM card_transaction a
        JOIN card_transaction b ON b.uid = a.uid AND b.generation = a.generation AND b.counter > a.counter
            AND b.redeemed > 0 AND b.kind = 2 AND b.recorded_us <= a.recorded_us + {SoonUs}
        JOIN card c ON c.uid = a.uid AND c.generation = a.generation
        WHERE a.kind = 7 AND a.earned > 0 AND a.recorded_us >= @FromUs AND a.recorded_us < @ToUs
        GROUP BY a.terminal, c.number, c.member
        UNION ALL
        SELECT 'card-all-day', t.terminal, NULL, c.number, c.member, COUNT(*), SUM(t.earned),
            MIN(t.recorded_us), MAX(t.recorded_us)
        FROM card_transaction t JOIN card c ON c.uid = t.uid AND c.generation = t.generation
        WHERE t.kind = 2 AND t.earned > 0 AND t.recorded_us >= @FromUs AND t.recorded_us < @ToUs
        GROUP BY t.terminal, c.number, c.member, t.business_date HAVING COUNT(*) >= {DaySalesLeast}
        UNION ALL
        SELECT 'cashier-and-card',
            CASE WHEN MIN(t.terminal) = MAX(t.terminal) THEN MIN(t.terminal) END, t.cashier, c.number,
            c.member, COUNT(*), SUM(t.earned), MIN(t.recorded_us), MAX(t.recorded_us)
        FROM card_transaction t JOIN card c ON c.uid = t.uid AND c.generation = t.generation
        WHERE t.kind = 2 AND t.cashier <> '' AND t.recorded_us >= @FromUs AND t.recorded_us < @ToUs
        GROUP BY t.uid, t.generation, t.cashier, c.number, c.member
        HAVING COUNT(*) >= {CashierSalesLeast} AND COUNT(*) * 2 > (
            SELECT COUNT(*) FROM card_transaction a WHERE a.uid = t.uid AND a.generation = t.generation
                AND a.kind = 2 AND a.recorded_us >= @FromUs AND a.recorded_us < @ToUs)
        ORDER BY 1, 2
        """);

    public static readonly IReadOnlyList<Report> All =
    [
        new Report(
            "adjustments",
            "Points moved by hand: by supervisors at terminals, and at headquarters for members and to "
            + "resolve exceptions.",
            ["done_utc", "terminal", "entry", "exception", "card", "points", "by", "approved_by", "reason",
                "member"],
            (db, period) => AdjustmentsOf(db, period)
                .Select(one => (IReadOnlyList<object?>)
                [
                    one.DoneUs, one.Terminal, one.Sequence, null, one.Card, one.Points, one.Supervisor, null,
                    one.Reason, one.Member,
                ])
                .Concat(Resolutions.Rows(db, period))
                .Concat(Headquarters.Rows(db, period)))
        {
            Asks = ReportAsks.Period,
            Bars = new("by", "points"),
        },
        new Report(
            "insiders",
            "Patterns: points without a card again and again to one member at one terminal; points redeemed "
            + "within a day of an adjustment; one supervisor and one card again and again; one cashier with "
            + "most of a card's sales; one card at one terminal again and again on one day, as a clerk's own "
            + "that is put under others' sales.",
            ["pattern", "terminal", "who", "card", "member", "times", "points", "first_utc", "last_utc"],
            (db, period) => Patterns.Rows(db, period).Concat(SupervisorsOf(db, period)))
        {
            Asks = ReportAsks.Period,
            Bars = new("pattern", "times"),
        },
    ];

    private static IEnumerable<IReadOnlyList<object?>> SupervisorsOf(DbSession db, Period period) =>
        AdjustmentsOf(db, period)
            .GroupBy(one => (one.Supervisor, one.Card, one.Member))
            .Where(pair => pair.Count() >= OftenLeast)
            .Select(pair => (IReadOnlyList<object?>)
            [
                "supervisor-and-card", pair.Select(one => one.Terminal).Distinct().Count() == 1
                    ? pair.First().Terminal
                    : null,
                pair.Key.Supervisor, pair.Key.Card, pair.Key.Member, pair.LongCount(),
                pair.Sum(one => one.Points), pair.Min(one => one.DoneUs), pair.Max(one => one.DoneUs),
            ]);

    // Who and why stand in the terminal's intent alone.
    private static IEnumerable<Adjustment> AdjustmentsOf(DbSession db, Period period) =>
        db.List<Adjustment>(
            """
            SELECT t.recorded_us AS done_us, t.terminal, t.sequence, c.number AS card, c.member,
                t.earned - t.redeemed AS points, e.body
            FROM card_transaction t
            JOIN card c ON c.uid = t.uid AND c.generation = t.generation
            LEFT JOIN journal_entry e ON e.terminal = t.terminal AND e.sequence = t.sequence
                AND e.verdict = 'accepted'
            WHERE t.kind = 7 AND t.recorded_us >= @FromUs AND t.recorded_us < @ToUs
            ORDER BY t.recorded_us, t.terminal, t.sequence
            """,
            period);

    private sealed record Adjustment
    {
        public long DoneUs { get; init; }
        public long Terminal { get; init; }
        public long Sequence { get; init; }
        public long Card { get; init; }
        public long Member { get; init; }
        public long Points { get; init; }
        public byte[]? Body { get; init; }

        public string? Supervisor => Meant?.Supervisor;

        public string? Reason => Meant?.Reason;

        private SyncContract.Intent? Meant => Body is null ? null : JournalReading.TermsOf(Body);
    }
}
