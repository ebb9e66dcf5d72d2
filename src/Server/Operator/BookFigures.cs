using SmartCardCrm.Server.DayCertificates;
using SmartCardCrm.Server.Storage;

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
    // What must come to an end, too, before a script goes on.
    private static readonly IReadOnlyList<(string Invariant, string Says, string Sql)> Ends =
    [
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
                .. BookChecks.All.Select(check =>
                    new CheckLine(check.Invariant, check.Says, check.Broken(db, Stretch.All))),
                .. Ends.Select(check =>
                    new CheckLine(check.Invariant, check.Says, db.Value<long>(check.Sql))),
            ]);
}
