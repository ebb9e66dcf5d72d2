using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Server.DayCertificates;

/// <summary>What must hold in the book, for <c>server check</c>, <c>server verify</c> and the daily
/// certificate alike.</summary>
internal static class BookChecks
{
    private const string IsIn = "c.number BETWEEN @From AND @Through";

    private const string ItsTransactions =
        "card c JOIN card_transaction t ON t.uid = c.uid AND t.generation = c.generation";

    private static readonly int OnCard = (int)AccountKind.MemberOnCard;

    public static readonly IReadOnlyList<BookCheck> All =
    [
        BookCheck.OfQuery(
            "I1", "ledger-sum", "the ledger sums to zero", Extent.Postings,
            """
            SELECT COUNT(*) FROM (
                SELECT programme, currency FROM posting WHERE id BETWEEN @From AND @Through
                GROUP BY programme, currency HAVING SUM(points) <> 0) AS uneven
            """),
        // Where its contra is not known, a posting is of a release that kept none.
        BookCheck.OfQuery(
            "I1", "postings-paired", "each posting has its other side", Extent.Postings,
            """
            SELECT COUNT(*) FROM posting p
            LEFT JOIN posting o ON o.id = CASE WHEN p.id % 2 = 1 THEN p.id + 1 ELSE p.id - 1 END
                AND o.points = -p.points AND o.account = p.contra AND o.contra = p.account
                AND o.terminal = p.terminal AND o.sequence = p.sequence
                AND o.programme = p.programme AND o.currency = p.currency
            WHERE p.id BETWEEN @From AND @Through AND p.contra <> 0 AND o.id IS NULL
            """),
        BookCheck.OfQuery(
            "I1", "expired-lots", "what has expired is what lots have lost", Extent.Whole,
            $"""
            SELECT CASE WHEN (SELECT COALESCE(SUM(points), 0) FROM posting
                WHERE account = {(int)AccountKind.Expired}) = (SELECT COALESCE(SUM(expired), 0) FROM lot)
                THEN 0 ELSE 1 END
            """),
        BookCheck.OfQuery(
            "I1", "opening-balances", "what members brought along is what was posted of it", Extent.Whole,
            $"""
            SELECT CASE WHEN (SELECT COALESCE(SUM(points), 0) FROM posting
                WHERE account = {(int)AccountKind.Opening})
                = (SELECT COALESCE(-SUM(points), 0) FROM opening_balance WHERE undone_us IS NULL)
                THEN 0 ELSE 1 END
            """),
        BookCheck.OfQuery(
            "I2", "counter-once", "each counter of a card is posted once", Extent.Cards,
            $"""
            SELECT COUNT(*) FROM (
                SELECT t.uid FROM {ItsTransactions} WHERE {IsIn}
                GROUP BY t.uid, t.generation, t.counter HAVING COUNT(*) > 1) AS twice
            """),
        BookCheck.OfQuery(
            "I5", "card-balance", "a complete card's newest balance is its account's", Extent.Cards,
            $"""
            SELECT COUNT(*) FROM {ItsTransactions} AND t.counter = c.acknowledged_counter
            WHERE {IsIn} AND NOT EXISTS (SELECT 1 FROM card_transaction n
                WHERE n.uid = c.uid AND n.generation = c.generation AND n.counter > c.acknowledged_counter)
            AND t.balance_after <>
                (SELECT COALESCE(SUM(p.points), 0) FROM posting p
                    WHERE p.account = {OnCard} AND p.owner = c.number
                        AND p.terminal <> {BirthPlan.ServerTerminal})
            """),
        BookCheck.OfQuery(
            "I5", "retired-empty", "a retired card has nothing in the ledger", Extent.Cards,
            $"""
            SELECT COUNT(*) FROM card c WHERE {IsIn} AND c.status = {(int)CardStatus.Retired} AND 0 <>
                (SELECT COALESCE(SUM(p.points), 0) FROM posting p
                    WHERE p.account = {OnCard} AND p.owner = c.number)
            """),
        BookCheck.OfQuery(
            "I5", "card-moves", "each transaction moves its card's account as the card says", Extent.Cards,
            $"""
            SELECT COUNT(*) FROM {ItsTransactions}
            LEFT JOIN (
                SELECT owner, terminal, sequence, SUM(points) AS points FROM posting
                WHERE account = {OnCard} AND owner BETWEEN @From AND @Through
                GROUP BY owner, terminal, sequence
            ) p ON p.owner = c.number AND p.terminal = t.terminal AND p.sequence = t.sequence
            WHERE {IsIn} AND t.terminal <> {BirthPlan.ServerTerminal}
                AND t.balance_after - t.balance_before <> COALESCE(p.points, 0)
            """),
        BookCheck.OfQuery(
            "I6", "doubts-decided", "no doubt is open that the card's history decides", Extent.Whole,
            $"""
            SELECT COUNT(*) FROM intent i JOIN card c ON c.uid = i.uid AND c.generation = i.generation
            WHERE i.state <> '{IntentState.Posted}'
                AND i.state IN ('{IntentState.Open}', '{IntentState.Failed}', '{IntentState.Doubt}')
                AND i.doubted = 1 AND i.counter <= c.acknowledged_counter
            """),
        new BookCheck(
            "I7", "missing-explained", "each missing counter of a card stands in one exception", Extent.Cards,
            MissingCounters.Unexplained),
        BookCheck.OfQuery(
            "I8", "actions-once", "a complete card has applied its card actions once, in order", Extent.Cards,
            $"""
            SELECT COUNT(*) FROM card c
            JOIN card_action a ON a.uid = c.uid AND a.generation = c.generation
            WHERE {IsIn} AND c.acknowledged_counter = c.highest_counter AND (
                (a.number <= c.last_card_action) <> (a.applied_counter IS NOT NULL)
                OR (a.applied_counter IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM card_transaction t WHERE t.uid = a.uid AND t.generation = a.generation
                        AND t.counter = a.applied_counter)))
            """),
        BookCheck.OfQuery(
            "I9", "proof-known", "each transaction is signed by its card, or stands between two that are",
            Extent.Cards,
            $"""
            SELECT COUNT(*) FROM {ItsTransactions}
            WHERE {IsIn} AND t.kind <> {(int)LogKind.Birth} AND (
                t.proof NOT IN ('proven', 'inferred') OR (t.proof = 'proven' AND t.tmv IS NULL))
            """),
        new BookCheck(
            "I12", "log-newest", "a card's newest log record is the one of its highest counter", Extent.Cards,
            DifferingLogs),
    ];

    // The record is what the card has signed, and the columns are what the book reckons by.
    private static long DifferingLogs(DbSession db, Stretch range) => db.List<NewestRow>(
        $"""
        SELECT newest.highest_counter, t.counter, t.balance_after, t.record_written
        FROM (
            SELECT c.uid, c.generation, c.highest_counter, MAX(t.counter) AS counter
            FROM {ItsTransactions} WHERE {IsIn}
            GROUP BY c.uid, c.generation, c.highest_counter
        ) newest
        JOIN card_transaction t ON t.uid = newest.uid AND t.generation = newest.generation
            AND t.counter = newest.counter
        """,
        range).LongCount(newest => !newest.Agrees);

    private sealed record NewestRow
    {
        public long HighestCounter { get; init; }
        public long Counter { get; init; }
        public long BalanceAfter { get; init; }
        public byte[] RecordWritten { get; init; } = [];

        public bool Agrees => LogRecord.TryDecode(RecordWritten) is { } record
            && (record.Counter, record.Counter, record.BalanceAfter)
                == (Counter, HighestCounter, BalanceAfter);
    }
}
