using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace SmartCardCrm.Server.Storage.Sqlite;

/// <summary>A statement that is run for one row after another, without the driver, which takes longer for a
/// row than SQLite does.</summary>
internal sealed class RowStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    /// <param name="database">Not owned.</param>
    /// <param name="sql">With <see cref="RowShape.Place"/>.</param>
    /// <param name="shape">The rows' columns.</param>
    public RowStatement(sqlite3 database, string sql, RowShape shape)
    {
        _database = database;
        var columns = shape.Columns.Select((column, at) => $"?{at + 1} AS {column.Name}");
        var row = $"(SELECT {string.Join(", ", columns)}) AS row";
        Demand(raw.sqlite3_prepare_v3(
            database, sql.Replace(RowShape.Place, row, StringComparison.Ordinal),
            raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    /// <param name="values">As many as there are columns.</param>
    public void Run(ReadOnlySpan<object?> values)
    {
        for (var at = 0; at < values.Length; at++)
            Demand(Bind(at + 1, values[at]));
        var stepped = raw.sqlite3_step(_statement);
        // What the step was told is told once more here.
        var reset = raw.sqlite3_reset(_statement);
        Demand(stepped == raw.SQLITE_DONE ? reset : stepped);
    }

    public void Dispose() => _statement.Dispose();

    private int Bind(int number, object? value) => value switch
    {
        null => raw.sqlite3_bind_null(_statement, number),
        long whole => raw.sqlite3_bind_int64(_statement, number, whole),
        string text => raw.sqlite3_bind_text(_statement, number, text),
        byte[] { Length: 0 } => raw.sqlite3_bind_zeroblob(_statement, number, 0),
        byte[] bytes => raw.sqlite3_bind_blob(_statement, number, bytes),
        _ => throw new ArgumentException("A row holds numbers, texts and bytes.", nameof(value)),
    };

    private void Demand(int code) => SqliteException.ThrowExceptionForRC(code, _database);
}
