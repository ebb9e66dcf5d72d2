using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Reports;

/// <summary>How far new versions of keys have come.</summary>
internal static class KeyReports
{
    public static readonly IReadOnlyList<Report> All =
    [
        Report.OfQuery(
            "card-keys",
            "Cards in use by the versions of their keys: how many, when one of them was last seen, and how "
            + "many are being given newer ones (a row of its own for each reason why that did not go on).",
            ["issuer", "enquiry", "sale", "transaction_mac", "cards", "last_seen_utc", "begun", "failure"],
            $"""
            SELECT c.issuer_key_version, c.enquiry_key_version, c.sale_key_version, c.tm_key_version,
                COUNT(*) AS cards,
                MAX((SELECT t.recorded_us FROM card_transaction t WHERE t.uid = c.uid
                    AND t.generation = c.generation AND t.counter = c.highest_counter)) AS last_seen,
                COUNT(r.uid) AS begun, COALESCE(r.failure, '') AS failure
            FROM card c LEFT JOIN key_rotation r ON r.uid = c.uid AND r.generation = c.generation
                AND r.ended_us IS NULL AND r.begun_us = (SELECT MAX(n.begun_us) FROM key_rotation n
                    WHERE n.uid = c.uid AND n.generation = c.generation AND n.ended_us IS NULL)
            WHERE c.status IN ({(int)CardStatus.Active}, {(int)CardStatus.Blocked})
            GROUP BY c.issuer_key_version, c.enquiry_key_version, c.sale_key_version, c.tm_key_version,
                COALESCE(r.failure, '')
            ORDER BY c.issuer_key_version, c.enquiry_key_version, c.sale_key_version, c.tm_key_version,
                COALESCE(r.failure, '')
            """,
            new("sale", "cards")),
        Report.OfQuery(
            "terminal-keys",
            "The newest enquiry and sale keys that each terminal has fetched; none where headquarters "
            + "decides everything there. Cards get no newer ones while a terminal lacks them.",
            ["terminal", "name", "store", "enquiry", "sale", "given_utc"],
            """
            SELECT t.number, t.name, t.store, k.enquiry_version, k.sale_version, k.given_us
            FROM terminal t LEFT JOIN terminal_keys k ON k.terminal = t.number
            WHERE t.revoked_us IS NULL ORDER BY t.number
            """),
    ];
}
