using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using SQLite;
using SQLitePCL;

namespace SmartCardCrm.Terminal;

/// <summary>
/// A connection that keeps its prepared statements: SQLite takes longer to parse most of ours than to run
/// them, and sqlite-net prepares anew for each. Its queries fail where SQLite fails: sqlite-net's own take an
/// error for the end of the rows. For one thread at a time, as a connection is.
/// </summary>
internal sealed class PreparedConnection : SQLiteConnection
{
    private readonly Dictionary<string, sqlite3_stmt> _idle = new(StringComparer.Ordinal);

    /// <param name="path">The database's file; made where there is none.</param>
    public PreparedConnection(string path)
        : this(path, SQLiteOpenFlags.ReadWrite | SQLiteOpenFlags.Create)
    {
    }

    private PreparedConnection(string path, SQLiteOpenFlags flags)
        : base(path, flags | SQLiteOpenFlags.NoMutex)
    {
    }

    /// <summary>What rows about customers are sealed with. Not owned.</summary>
    [AllowNull]
    public JournalSeal Seal
    {
        get => field ?? throw new UnreachableException("This connection reads no sealed rows.");
        init;
    }

    /// <summary>A connection that changes nothing in file and log, also while another process writes
    /// them.</summary>
    /// <exception cref="SQLiteException">There is no such file, or it cannot be opened.</exception>
    /// <param name="seal">Where sealed rows are read; null for none.</param>
    public static PreparedConnection ToRead(string path, JournalSeal? seal) =>
        new(path, SQLiteOpenFlags.ReadOnly) { Seal = seal };

    /// <summary>Runs a statement that returns no rows.</summary>
    /// <param name="arguments">For its question marks, in order: whole numbers, booleans, text, bytes or
    /// null.</param>
    /// <returns>How many rows it changed.</returns>
    /// <exception cref="SQLiteException">SQLite refused it.</exception>
    public int Run(string sql, params ReadOnlySpan<object?> arguments)
    {
        var statement = Rent(sql, arguments);
        try
        {
            if (Step(statement))
                throw new UnreachableException($"'{sql}' returns rows.");
            return SQLite3.Changes(Handle);
        }
        finally
        {
            Return(sql, statement);
        }
    }

    /// <summary>Reads rows one by one.</summary>
    /// <param name="read">Makes sense of the row at hand; not to be kept.</param>
    /// <inheritdoc cref="Run" path="/param[@name='arguments']"/>
    /// <exception cref="SQLiteException">The rows end before their end, while they are
    /// enumerated.</exception>
    public IEnumerable<T> Rows<T>(string sql, Func<Row, T> read, params object?[] arguments)
    {
        var statement = Rent(sql, arguments);
        try
        {
            while (Step(statement))
                yield return read(new Row(statement));
        }
        finally
        {
            Return(sql, statement);
        }
    }

    /// <summary>The first column of the only row, a whole number.</summary>
    public long Number(string sql) => Rows(sql, row => row.Number(0)).Single();

    /// <summary>The first column of the only row, text.</summary>
    public string Text(string sql) => Rows(sql, row => row.Text(0)).Single();

    /// <summary>Does the work in one transaction; an exception undoes all of it.</summary>
    public void InTransaction(Action work)
    {
        Run("BEGIN");
        try
        {
            work();
            Run("COMMIT");
        }
        catch
        {
            // SQLite has undone it by itself after some failures, and then there is nothing left to undo.
            if (raw.sqlite3_get_autocommit(Handle) == 0)
                Run("ROLLBACK");
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var statement in _idle.Values)
            statement.Dispose();
        _idle.Clear();
        base.Dispose(disposing);
    }

    private sqlite3_stmt Rent(string sql, ReadOnlySpan<object?> arguments)
    {
        if (!_idle.Remove(sql, out var statement))
            statement = SQLite3.Prepare2(Handle, sql);
        for (var i = 0; i < arguments.Length; i++)
            Bind(statement, i + 1, arguments[i]);
        return statement;
    }

    // Of two that ran at once, one is kept.
    private void Return(string sql, sqlite3_stmt statement)
    {
        SQLite3.Reset(statement);
        if (!_idle.TryAdd(sql, statement))
            statement.Dispose();
    }

    /// <returns>Whether there is a row.</returns>
    private bool Step(sqlite3_stmt statement) => SQLite3.Step(statement) switch
    {
        SQLite3.Result.Row => true,
        SQLite3.Result.Done => false,
        var failure => throw SQLiteException.New(failure, SQLite3.GetErrmsg(Handle)),
    };

    private static void Bind(sqlite3_stmt statement, int index, object? argument)
    {
        var result = argument switch
        {
            null => raw.sqlite3_bind_null(statement, index),
            int number => raw.sqlite3_bind_int64(statement, index, number),
            long number => raw.sqlite3_bind_int64(statement, index, number),
            bool flag => raw.sqlite3_bind_int64(statement, index, flag ? 1 : 0),
            string text => raw.sqlite3_bind_text(statement, index, text),
            byte[] bytes => raw.sqlite3_bind_blob(statement, index, bytes),
            ReadOnlyMemory<byte> bytes => raw.sqlite3_bind_blob(statement, index, bytes.Span),
            _ => throw new ArgumentException(
                $"No column holds a {argument.GetType().Name}.", nameof(argument)),
        };
        if (result != raw.SQLITE_OK)
            throw SQLiteException.New((SQLite3.Result)result, $"Argument {index} cannot be bound.");
    }

    /// <summary>The row a query stands on. Columns count from 0; NULL reads as 0, as no bytes and as empty
    /// text.</summary>
    internal readonly struct Row(sqlite3_stmt statement)
    {
        public bool IsNull(int column) =>
            raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

        public long Number(int column) => raw.sqlite3_column_int64(statement, column);

        public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string() ?? "";

        public byte[] Bytes(int column) => Span(column).ToArray();

        /// <returns>Valid until the next row.</returns>
        public ReadOnlySpan<byte> Span(int column) => raw.sqlite3_column_blob(statement, column);
    }
}
