using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Benchmarks.Intake;

/// <summary>One row of the book.</summary>
/// <param name="Commit">When the transaction that wrote it was: one number a transaction.</param>
/// <param name="Values">Of all columns, in the table's order.</param>
internal sealed record BookRow(long Commit, object?[] Values);

/// <summary>The rows of one table that some transactions of the server have written.</summary>
internal sealed record TableRows(string Table, IReadOnlyList<string> Columns, IReadOnlyList<BookRow> Rows);

/// <summary>Reads what the server has written for sales, again and again from where it stopped.</summary>
internal sealed class BookRows(Database book)
{
    // As the server writes them. A posting is of a transaction, an intent of an entry.
    private static readonly IReadOnlyList<(string Table, string Sql)> Written =
    [
        ("journal_entry",
            "SELECT w.taken_us AS commit_us, w.* FROM journal_entry w WHERE w.taken_us > @after"),
        ("intent",
            """
            SELECT e.taken_us AS commit_us, w.* FROM intent w
            JOIN journal_entry e ON e.terminal = w.terminal AND e.sequence = w.sequence
            WHERE e.taken_us > @after
            """),
        ("card_transaction",
            "SELECT w.posted_us AS commit_us, w.* FROM card_transaction w WHERE w.posted_us > @after"),
        ("posting",
            """
            SELECT t.posted_us AS commit_us, w.* FROM posting w
            JOIN card_transaction t ON t.terminal = w.terminal AND t.sequence = w.sequence
            WHERE t.posted_us > @after
            """),
    ];

    private long _after = book.Read(
        db => db.Value<long>("SELECT COALESCE(MAX(posted_us), 0) FROM card_transaction"));

    /// <summary>What came since the last time.</summary>
    public IReadOnlyList<TableRows> Next()
    {
        var tables = book.Read(
            db => Written.Select(table => Read(db, table.Table, table.Sql, _after)).ToList());
        _after = tables.Max(table => table.Rows.Max(row => row.Commit));
        return tables;
    }

    /// <summary>All rows of the tables that those refer to.</summary>
    public IReadOnlyList<TableRows> Referred() => book.Read(db => new[] { "programme", "member", "card" }
        .Select(table => Read(db, table, $"SELECT 0 AS commit_us, w.* FROM {table} w", 0)).ToList());

    private static TableRows Read(DbSession db, string table, string sql, long after)
    {
        var rows = db.List<dynamic>(sql, new { after }).Cast<IDictionary<string, object?>>().ToList();
        return new TableRows(
            table, [.. rows[0].Keys.Skip(1)],
            [.. rows.Select(row => new BookRow((long)row["commit_us"]!, [.. row.Values.Skip(1)]))]);
    }
}
