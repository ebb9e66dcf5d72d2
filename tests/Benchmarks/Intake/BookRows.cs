using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Benchmarks.Intake;

/// <summary>One row of the book.</summary>
/// <param name="Commit">When the transaction that wrote it was: one number a transaction.</param>
/// <param name="Values">Of all columns, in the table's order.</param>
internal sealed record BookRow(long Commit, object?[] Values);

/// <summary>The rows of one table that some transactions of the server have written.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Columns">All of them, in order.</param>
/// <param name="Rows">As they are at the end.</param>
/// <param name="OnConflict">What is done where there is such a row, in SQL; null where there is none.</param>
internal sealed record TableRows(
    string Table, IReadOnlyList<string> Columns, IReadOnlyList<BookRow> Rows, string? OnConflict)
{
    private readonly ILookup<long, BookRow> _byCommit = Rows.ToLookup(row => row.Commit);

    /// <summary>The columns, separated by commas.</summary>
    public string Names { get; } = string.Join(", ", Columns);

    /// <summary>Each once.</summary>
    public IEnumerable<long> Commits => _byCommit.Select(commit => commit.Key);

    public IEnumerable<BookRow> Of(long commit) => _byCommit[commit];
}

/// <summary>Reads what the server has written for sales, again and again from where it stopped.</summary>
internal sealed class BookRows(Database book)
{
    // As the server writes them. A posting is of a transaction, an intent of an entry; how a card stands and
    // what is told of it are written once in each commit that posts something of it.
    private static readonly IReadOnlyList<(string Table, string Sql, string? OnConflict)> Written =
    [
        ("journal_entry",
            "SELECT w.taken_us AS commit_us, w.* FROM journal_entry w WHERE w.taken_us > @after", null),
        ("intent",
            """
            SELECT e.taken_us AS commit_us, w.* FROM intent w
            JOIN journal_entry e ON e.terminal = w.terminal AND e.sequence = w.sequence
            WHERE e.taken_us > @after
            """, null),
        ("card_transaction",
            "SELECT w.posted_us AS commit_us, w.* FROM card_transaction w WHERE w.posted_us > @after", null),
        ("posting",
            """
            SELECT t.posted_us AS commit_us, w.* FROM posting w
            JOIN card_transaction t ON t.terminal = w.terminal AND t.sequence = w.sequence
            WHERE t.posted_us > @after
            """, null),
        ("card",
            """
            SELECT t.posted_us AS commit_us, w.* FROM card w JOIN (
                SELECT DISTINCT uid, posted_us FROM card_transaction WHERE posted_us > @after
            ) t ON t.uid = w.uid
            """,
            """
            ON CONFLICT (uid, generation) DO UPDATE SET
                acknowledged_counter = excluded.acknowledged_counter,
                acknowledged_balance = excluded.acknowledged_balance,
                highest_counter = excluded.highest_counter, last_card_action = excluded.last_card_action
            """),
        ("feed",
            """
            SELECT t.posted_us AS commit_us, w.* FROM feed w JOIN (
                SELECT DISTINCT uid, posted_us FROM card_transaction WHERE posted_us > @after
            ) t ON t.uid = w.for_card
            """,
            """
            ON CONFLICT (name) DO UPDATE SET position = excluded.position, body = excluded.body
            """),
    ];

    private static readonly IReadOnlyList<string> Referable = ["programme", "member", "card", "feed"];

    private long _after = book.Read(
        db => db.Value<long>("SELECT COALESCE(MAX(posted_us), 0) FROM card_transaction"));

    /// <summary>What came since the last time.</summary>
    public IReadOnlyList<TableRows> Next()
    {
        var tables = book.Read(
            db => Written.Select(written => Read(db, written, _after)).ToList());
        _after = tables.Max(table => table.Rows.Max(row => row.Commit));
        return tables;
    }

    /// <summary>All rows of the tables that those refer to, or change.</summary>
    public IReadOnlyList<TableRows> Referred() => book.Read(db => Referable
        .Select(table => Read(
            db, (table, $"SELECT CAST(0 AS bigint) AS commit_us, w.* FROM {table} w", null), after: 0))
        .ToList());

    private static TableRows Read(
        DbSession db, (string Table, string Sql, string? OnConflict) written, long after)
    {
        var rows = db.List<dynamic>(written.Sql, new { after }).Cast<IDictionary<string, object?>>().ToList();
        return new TableRows(
            written.Table, [.. rows[0].Keys.Skip(1)],
            [.. rows.Select(row => new BookRow((long)row["commit_us"]!, [.. row.Values.Skip(1)]))],
            written.OnConflict);
    }
}
