using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Operator;

/// <summary>The book in figures, for scripts that wait until everything has arrived.</summary>
internal sealed record OperatorOverview
{
    public long Members { get; init; }
    public long Cards { get; init; }

    /// <summary>Posted sales and card actions; births apart.</summary>
    public long Transactions { get; init; }
    public long Earned { get; init; }
    public long Redeemed { get; init; }
    public long LedgerSum { get; init; }
    public long ExceptionsOpen { get; init; }

    /// <summary>Doubts that terminals reported, closed ones included.</summary>
    public long DoubtsOpened { get; init; }

    /// <summary>Those of them of which it is known whether they happened.</summary>
    public long DoubtsSettled { get; init; }

    /// <summary>Entries that came again and were only counted.</summary>
    public long Duplicates { get; init; }

    /// <summary>Intents that nothing has closed yet.</summary>
    public long EntriesUnsettled { get; init; }
}

/// <summary>One invariant of the design's section 14, and how often it is broken.</summary>
internal sealed record CheckLine(string Invariant, string Says, long Broken);

/// <summary>Counts the book and checks it.</summary>
internal sealed class BookFigures(Database database)
{
    private const string Newest =
        """
        SELECT t.uid, t.generation, t.counter, t.balance_after FROM card_transaction t
        WHERE t.counter = (SELECT MAX(n.counter) FROM card_transaction n
            WHERE n.uid = t.uid AND n.generation = t.generation)
        """;

    /// <summary>What holds at every moment, whatever is still on its way.</summary>
    public static IReadOnlyList<(string Invariant, string Says, string Sql)> Lasting { get; } =
    [
        ("I1", "the ledger sums to zero",
            """
            SELECT COUNT(*) FROM (SELECT programme, currency FROM posting GROUP BY programme, currency
                HAVING SUM(points) <> 0) AS uneven
            """),
        ("I1", "each transaction's postings sum to zero",
            """
            SELECT COUNT(*) FROM (SELECT terminal, sequence FROM posting GROUP BY terminal, sequence
                HAVING SUM(points) <> 0) AS uneven
            """),
        ("I1", "what has expired is what lots have lost",
            $"""
            SELECT CASE WHEN (SELECT COALESCE(SUM(points), 0) FROM posting
                WHERE account = {(int)AccountKind.Expired}) = (SELECT COALESCE(SUM(expired), 0) FROM lot)
                THEN 0 ELSE 1 END
            """),
        ("I5", "a complete card's newest balance is its account's",
            $"""
            SELECT COUNT(*) FROM card c JOIN ({Newest}) t ON t.uid = c.uid AND t.generation = c.generation
            WHERE c.acknowledged_counter = t.counter AND t.balance_after <>
                (SELECT COALESCE(SUM(p.points), 0) FROM posting p
                    WHERE p.account = {(int)AccountKind.MemberOnCard} AND p.owner = c.number
                        AND p.terminal <> {BirthPlan.ServerTerminal})
            """),
        ("I5", "a retired card has nothing in the ledger",
            $"""
            SELECT COUNT(*) FROM card c WHERE c.status = {(int)CardStatus.Retired} AND 0 <>
                (SELECT COALESCE(SUM(p.points), 0) FROM posting p
                    WHERE p.account = {(int)AccountKind.MemberOnCard} AND p.owner = c.number)
            """),
        ("I5", "each transaction moves its card's account as the card says",
            $"""
            SELECT COUNT(*) FROM card_transaction t LEFT JOIN (
                SELECT terminal, sequence, SUM(points) AS points FROM posting
                WHERE account = {(int)AccountKind.MemberOnCard} GROUP BY terminal, sequence
            ) p ON p.terminal = t.terminal AND p.sequence = t.sequence
            WHERE t.terminal <> {BirthPlan.ServerTerminal}
                AND t.balance_after - t.balance_before <> COALESCE(p.points, 0)
            """),
    ];

    private static readonly IReadOnlyList<(string Invariant, string Says, string Sql)> Checks =
    [
        .. Lasting,
        ("I7", "no exception is open", "SELECT COUNT(*) FROM book_exception WHERE closed_us IS NULL"),
        ("I6", "no doubt is open",
            "SELECT COUNT(*) FROM intent WHERE doubted = 1 AND state NOT IN ('posted', 'did-not')"),
    ];

    public OperatorOverview Overview() =>
        database.Read(db => db.Find<OperatorOverview>(
            """
            SELECT
                (SELECT COUNT(*) FROM member) AS members,
                (SELECT COUNT(*) FROM card) AS cards,
                (SELECT COALESCE(SUM(points), 0) FROM posting) AS ledger_sum,
                (SELECT COUNT(*) FROM book_exception WHERE closed_us IS NULL) AS exceptions_open,
                (SELECT COUNT(*) FROM intent WHERE doubted = 1) AS doubts_opened,
                (SELECT COUNT(*) FROM intent
                    WHERE doubted = 1 AND state IN ('posted', 'did-not')) AS doubts_settled,
                (SELECT COALESCE(SUM(duplicates), 0) FROM journal_head) AS duplicates,
                (SELECT COUNT(*) FROM intent WHERE state IN ('open', 'doubt')) AS entries_unsettled,
                COUNT(*) AS transactions,
                COALESCE(SUM(earned), 0) AS earned,
                COALESCE(SUM(redeemed), 0) AS redeemed
            FROM card_transaction WHERE kind <> 1
            """)!);

    public IReadOnlyList<CheckLine> Check() =>
        database.Read<IReadOnlyList<CheckLine>>(db =>
            [
                .. Checks.Select(check =>
                    new CheckLine(check.Invariant, check.Says, db.Value<long>(check.Sql))),
            ]);
}
