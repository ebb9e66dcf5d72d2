namespace SmartCardCrm.Server.Reports;

/// <summary>What terminals have reported.</summary>
internal static class TerminalReports
{
    public static readonly IReadOnlyList<Report> All =
    [
        Report.OfQuery(
            "end-of-day", "What was done with cards at each terminal on each business day, and whether the "
            + "terminal has closed it.",
            ["business_date", "terminal", "store", "currency", "operations", "amount_minor", "earned",
                "redeemed", "closes"],
            """
            SELECT t.business_date, t.terminal, t.store, t.currency, COUNT(*), SUM(t.amount_minor) AS amount,
                SUM(t.earned) AS earned, SUM(t.redeemed) AS redeemed,
                (SELECT COUNT(*) FROM day_close d
                    WHERE d.terminal = t.terminal AND d.business_date = t.business_date) AS closes
            FROM card_transaction t
            WHERE t.kind <> 1 AND t.recorded_us >= @FromUs AND t.recorded_us < @ToUs
            GROUP BY t.business_date, t.terminal, t.store, t.currency
            ORDER BY t.business_date, t.terminal
            """,
            new("business_date", "earned")),
        Report.OfQuery(
            "arrival", "Journals: how far each terminal's has come, and what arrived in the period.",
            ["terminal", "name", "revoked_utc", "entry", "last_utc", "arrived", "first_arrived_utc", "parked",
                "came_again"],
            """
            SELECT t.number, t.name, t.revoked_us, h.sequence, h.taken_us, COUNT(e.sequence),
                MIN(e.taken_us) AS first,
                SUM(CASE WHEN e.verdict <> 'accepted' THEN 1 ELSE 0 END) AS parked, h.duplicates
            FROM terminal t
            LEFT JOIN journal_head h ON h.terminal = t.number
            LEFT JOIN journal_entry e ON e.terminal = t.number
                AND e.taken_us >= @FromUs AND e.taken_us < @ToUs
            GROUP BY t.number, t.name, t.revoked_us, h.sequence, h.taken_us, h.duplicates
            ORDER BY t.number
            """,
            new("name", "arrived")),
        new Report(
            "exposure", "Offline exposure now: what each terminal lets be redeemed without asking, how old "
            + "what it knows is, what it may still lose today to false cards, and the bound for --days.",
            Exposure.Columns, Exposure.Of)
        {
            Asks = ReportAsks.Days,
            Bars = new("terminal", "may_lose_today"),
        },
    ];
}
