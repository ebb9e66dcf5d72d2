using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Reports;

/// <summary>How the operator stands, in one row.</summary>
internal sealed record Overview
{
    public long Members { get; init; }
    public long Cards { get; init; }
    public long Transactions { get; init; }

    /// <summary>Recorded since the midnight that was asked for.</summary>
    public long TransactionsToday { get; init; }
    public long Earned { get; init; }
    public long Redeemed { get; init; }

    /// <summary>Points on all chips, as the ledger has them.</summary>
    public long OnCards { get; init; }

    /// <summary>The sum over all accounts; anything but 0 is our mistake.</summary>
    public long LedgerSum { get; init; }
}

/// <summary>Open exceptions of one cause.</summary>
internal sealed record CauseCount
{
    /// <summary>One of <see cref="Reconciliation.Cause"/>.</summary>
    public string Cause { get; init; } = "";
    public long Count { get; init; }
}

/// <summary>Where the server's copy of a terminal's journal ends.</summary>
internal sealed record JournalEnd
{
    public long Terminal { get; init; }
    public long Sequence { get; init; }

    /// <summary>When the newest entry came.</summary>
    public long TakenUs { get; init; }
}

/// <summary>Reads the figures of the first page.</summary>
internal sealed class OverviewReport(Database database)
{
    /// <param name="midnight">The beginning of the day that counts as today.</param>
    public Overview Read(DateTimeOffset midnight) =>
        database.Read(db => db.Find<Overview>(
            """
            SELECT
                (SELECT COUNT(*) FROM member) AS members,
                (SELECT COUNT(*) FROM card) AS cards,
                (SELECT COALESCE(SUM(points), 0) FROM posting WHERE account = @OnCard) AS on_cards,
                (SELECT COALESCE(SUM(points), 0) FROM posting) AS ledger_sum,
                (SELECT COUNT(*) FROM card_transaction WHERE recorded_us >= @Midnight) AS transactions_today,
                COUNT(*) AS transactions,
                COALESCE(SUM(earned), 0) AS earned,
                COALESCE(SUM(redeemed), 0) AS redeemed
            FROM card_transaction
            """,
            new { OnCard = (long)AccountKind.MemberOnCard, Midnight = UnixTime.Microseconds(midnight) })!);

    /// <summary>Open exceptions by cause, most first.</summary>
    public IReadOnlyList<CauseCount> OpenExceptions() =>
        database.Read(db => db.List<CauseCount>(
            """
            SELECT cause, COUNT(*) AS count FROM book_exception
            WHERE closed_us IS NULL GROUP BY cause ORDER BY count DESC, cause
            """));

    public IReadOnlyList<JournalEnd> JournalEnds() =>
        database.Read(db => db.List<JournalEnd>(
            "SELECT terminal, sequence, taken_us FROM journal_head ORDER BY terminal"));
}
