namespace SmartCardCrm.Server.Reports;

/// <summary>Who knows which cards are not to be served.</summary>
internal static class HotlistReports
{
    public static readonly IReadOnlyList<Report> All =
    [
        Report.OfQuery(
            "hotlist-terminals",
            "Which version of the hotlist each terminal has, how many it lacks, and of one card (--card) "
            + "since when it knows that the card is listed.",
            ["terminal", "name", "store", "version", "newest", "behind", "told_utc", "card", "listed_in",
                "listed_utc", "knows_utc"],
            """
            SELECT t.number, t.name, t.store, COALESCE(h.version, 0) AS version, newest.version AS newest,
                (SELECT COUNT(*) FROM hotlist_version v WHERE v.version > COALESCE(h.version, 0)) AS behind,
                h.told_us, CAST(@Card AS bigint) AS card, listing.version AS listed_in, listing.made_us,
                (SELECT MIN(k.told_us) FROM terminal_hotlist k
                    WHERE k.terminal = t.number AND k.version >= listing.version) AS knows
            FROM terminal t
            CROSS JOIN (SELECT COALESCE(MAX(version), 0) AS version FROM hotlist_version) newest
            LEFT JOIN terminal_hotlist h ON h.terminal = t.number AND h.told_us =
                (SELECT MAX(n.told_us) FROM terminal_hotlist n WHERE n.terminal = t.number)
            LEFT JOIN (
                SELECT g.version, v.made_us FROM hotlist_change g
                JOIN hotlist_version v ON v.version = g.version
                JOIN card c ON c.uid = g.uid
                WHERE c.number = CAST(@Card AS bigint) AND g.listed = 1 AND g.version =
                    (SELECT MAX(n.version) FROM hotlist_change n WHERE n.uid = g.uid)
            ) listing ON true
            WHERE t.revoked_us IS NULL ORDER BY t.number
            """,
            new("terminal", "behind")),
    ];
}
