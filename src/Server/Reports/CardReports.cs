using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Reports;

/// <summary>Cards beside what the book has of them.</summary>
internal static class CardReports
{
    private static readonly string Balances =
        $"""
        SELECT c.number, c.acknowledged_counter, c.highest_counter,
            (SELECT t.balance_after FROM card_transaction t
                WHERE t.uid = c.uid AND t.generation = c.generation AND t.counter = c.highest_counter)
                AS on_chip,
            (SELECT COALESCE(SUM(p.points), 0) FROM posting p
                WHERE p.account = {(int)AccountKind.MemberOnCard} AND p.owner = c.number
                    AND p.terminal <> {BirthPlan.ServerTerminal}) AS in_ledger,
            (SELECT COALESCE(SUM(a.points), 0) FROM card_action a
                WHERE a.uid = c.uid AND a.generation = c.generation AND a.applied_counter IS NULL)
                AS under_way
        FROM card c
        """;

    // What became of a batch's cards: each is in one of these.
    private static readonly string Stock =
        $"""
        SELECT s.batch, CASE
            WHEN c.status IS NULL THEN 'stock'
            WHEN c.status = {(int)CardStatus.Personalising} THEN 'bound'
            WHEN c.status = {(int)CardStatus.Active} THEN 'active'
            WHEN c.status = {(int)CardStatus.Blocked} THEN 'blocked'
            WHEN EXISTS (SELECT 1 FROM card_retirement r WHERE r.uid = c.uid AND r.state = 'done'
                AND r.reason IN ('{string.Join("', '", RetirementReason.OfReplacing)}')) THEN 'replaced'
            ELSE 'retired' END AS state
        FROM stock_card s LEFT JOIN card c ON c.uid = s.uid AND c.generation =
            (SELECT MAX(n.generation) FROM card n WHERE n.uid = s.uid)
        """;

    public static readonly IReadOnlyList<Report> All =
    [
        Report.OfQuery(
            "balances",
            "Cards whose chip does not hold what the ledger has, or of which something is missing.",
            ["card", "counter_complete", "counter_highest", "on_chip", "in_ledger", "difference",
                "under_way"],
            $"""
            SELECT number, acknowledged_counter, highest_counter, on_chip, in_ledger,
                on_chip - in_ledger AS difference, under_way
            FROM ({Balances}) AS cards
            WHERE on_chip <> in_ledger OR acknowledged_counter <> highest_counter
            ORDER BY number
            """),
        Report.OfQuery(
            "continuity",
            "Cards of which transactions are missing: how many, which counters, and what is known of them.",
            ["card", "counter_complete", "counter_highest", "missing", "counters", "cause", "terminal",
                "entry", "since_utc", "resolution", "in_card_logs"],
            """
            SELECT c.number, c.acknowledged_counter, c.highest_counter,
                c.highest_counter - (SELECT COUNT(*) FROM card_transaction t
                    WHERE t.uid = c.uid AND t.generation = c.generation) AS missing,
                e.detail, e.cause, e.terminal, e.sequence, e.opened_us, e.resolution,
                (SELECT COUNT(DISTINCT s.counter) FROM seen_record s
                    WHERE s.uid = c.uid AND s.generation = c.generation) AS in_logs
            FROM card c
            LEFT JOIN book_exception e ON e.uid = c.uid AND e.generation = c.generation
                AND e.cause IN ('gap', 'late', 'doubt', 'bad-proof', 'bad-reader-id')
                AND e.counter > c.acknowledged_counter
                AND (e.closed_us IS NULL OR e.resolved_by IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM card_transaction t
                    WHERE t.uid = c.uid AND t.generation = c.generation AND t.counter = e.counter)
            WHERE c.highest_counter > c.acknowledged_counter
            ORDER BY c.number, e.counter, e.id
            """),
        Report.OfQuery(
            "card-stock",
            "Batches of a bench: how many cards were ordered and have come, and what became of them.",
            ["batch", "programme", "origin", "ordered_utc", "by", "ordered", "registered", "stock", "bound",
                "active", "blocked", "replaced", "retired"],
            $"""
            SELECT b.number, b.programme, b.origin, b.ordered_us, b.ordered_by, b.size, COUNT(s.state),
                {string.Join(", ", new[] { "stock", "bound", "active", "blocked", "replaced", "retired" }
                    .Select(state => $"SUM(CASE WHEN s.state = '{state}' THEN 1 ELSE 0 END) AS {state}"))}
            FROM card_batch b LEFT JOIN ({Stock}) s ON s.batch = b.number
            GROUP BY b.number, b.programme, b.origin, b.ordered_us, b.ordered_by, b.size ORDER BY b.number
            """),
        Report.OfQuery(
            "hotlist", "Blocked cards: what was refused, and what was done all the same until every terminal "
            + "knew.",
            ["card", "blocked_utc", "reason", "by", "until_utc", "refused", "first_refused_utc",
                "done_after_block", "redeemed_after_block", "last_done_utc"],
            """
            SELECT number, done_us, reason, done_by, until_us,
                (SELECT COUNT(*) FROM card_refusal r WHERE r.uid = b.uid AND r.recorded_us >= b.done_us
                    AND r.recorded_us < COALESCE(b.until_us, @NowUs)) AS refused,
                (SELECT MIN(r.recorded_us) FROM card_refusal r WHERE r.uid = b.uid
                    AND r.recorded_us >= b.done_us) AS first_refused,
                (SELECT COUNT(*) FROM card_transaction t WHERE t.uid = b.uid AND t.recorded_us >= b.done_us
                    AND t.recorded_us < COALESCE(b.until_us, @NowUs)) AS done,
                (SELECT COALESCE(SUM(t.redeemed), 0) FROM card_transaction t WHERE t.uid = b.uid
                    AND t.recorded_us >= b.done_us AND t.recorded_us < COALESCE(b.until_us, @NowUs))
                    AS redeemed,
                (SELECT MAX(t.recorded_us) FROM card_transaction t WHERE t.uid = b.uid
                    AND t.recorded_us >= b.done_us AND t.recorded_us < COALESCE(b.until_us, @NowUs)) AS last
            FROM (
                SELECT k.uid, c.number, k.done_us, k.reason, k.done_by,
                    (SELECT MIN(u.done_us) FROM card_block u WHERE u.uid = k.uid
                        AND u.generation = k.generation AND u.number > k.number AND u.blocked = 0) AS until_us
                FROM card_block k JOIN card c ON c.uid = k.uid AND c.generation = k.generation
                WHERE k.blocked = 1 AND k.done_us >= @FromUs AND k.done_us < @ToUs) AS b
            ORDER BY done_us, number
            """,
            new("reason", "redeemed_after_block")),
    ];
}
