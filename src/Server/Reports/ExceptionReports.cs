namespace SmartCardCrm.Server.Reports;

/// <summary>What differs, and what became of it.</summary>
internal static class ExceptionReports
{
    private const string DayUs = "86400000000";

    private const string CardOf =
        "LEFT JOIN card c ON c.uid = e.uid "
        + "AND (c.generation = e.generation OR COALESCE(e.generation, 0) = 0)";

    public static readonly IReadOnlyList<Report> All =
    [
        Report.OfQuery(
            "exceptions", "Exceptions opened in the period, by cause: how many are open, and for how long.",
            ["cause", "opened", "open", "open_day", "open_week", "open_longer", "oldest_utc", "without_owner",
                "closed_by_data", "closed_by_hand"],
            $"""
            SELECT cause, COUNT(*),
                SUM(CASE WHEN closed_us IS NULL THEN 1 ELSE 0 END) AS open,
                SUM(CASE WHEN closed_us IS NULL AND opened_us > @NowUs - {DayUs} THEN 1 ELSE 0 END) AS day,
                SUM(CASE WHEN closed_us IS NULL AND opened_us <= @NowUs - {DayUs}
                    AND opened_us > @NowUs - 7 * {DayUs} THEN 1 ELSE 0 END) AS week,
                SUM(CASE WHEN closed_us IS NULL AND opened_us <= @NowUs - 7 * {DayUs} THEN 1 ELSE 0 END)
                    AS longer,
                MIN(CASE WHEN closed_us IS NULL THEN opened_us END) AS oldest,
                SUM(CASE WHEN closed_us IS NULL AND owner IS NULL THEN 1 ELSE 0 END) AS unowned,
                SUM(CASE WHEN closed_us IS NOT NULL AND resolved_by IS NULL THEN 1 ELSE 0 END) AS healed,
                SUM(CASE WHEN resolved_by IS NOT NULL THEN 1 ELSE 0 END) AS resolved
            FROM book_exception WHERE opened_us >= @FromUs AND opened_us < @ToUs
            GROUP BY cause ORDER BY cause
            """,
            new("cause", "open")),
        Report.OfQuery(
            "certificates",
            "Daily certificates: how many checks of the book failed, and the document's SHA-256.",
            ["number", "day", "revision", "made_utc", "checks_failed", "sha256"],
            """
            SELECT number, day, revision, made_us, failed, hash FROM day_certificate
            WHERE made_us >= @FromUs AND made_us < @ToUs ORDER BY number
            """),
        Report.OfQuery(
            "duplicates", "Entries that came again, and those that came again with another content.",
            ["terminal", "what", "entry", "card", "times", "last_utc"],
            $"""
            SELECT terminal, 'identical' AS what, NULL AS entry, NULL AS card, duplicates AS times,
                taken_us AS last
            FROM journal_head WHERE duplicates > 0
            UNION ALL
            SELECT e.terminal, e.detail, e.sequence, c.number, 1, e.opened_us
            FROM book_exception e {CardOf}
            WHERE e.cause = 'conflicting-duplicate' AND e.opened_us >= @FromUs AND e.opened_us < @ToUs
            ORDER BY 1, 2, 3
            """,
            new("what", "times")),
        new Report(
            "suspects",
            "Cards that were copied or rolled back: what the entry that tells has seen or done, and beside "
            + "it the posted transaction that contradicts it.",
            Suspects.Columns, Suspects.Of)
        {
            Asks = ReportAsks.Period,
        },
        Report.OfQuery(
            "doubts", "Commits without an answer: how each ended, or that it has not.",
            ["opened_utc", "terminal", "entry", "card", "counter", "state", "given_up", "settled_at_terminal",
                "closed_utc", "resolution"],
            """
            SELECT e.opened_us, i.terminal, i.sequence, c.number, i.counter, i.state, i.abandoned, i.settled,
                e.closed_us, e.resolution
            FROM book_exception e
            JOIN intent i ON i.terminal = e.terminal AND i.sequence = e.sequence
            LEFT JOIN card c ON c.uid = i.uid AND c.generation = i.generation
            WHERE e.cause = 'doubt' AND e.opened_us >= @FromUs AND e.opened_us < @ToUs
            ORDER BY e.opened_us, e.id
            """),
    ];
}
