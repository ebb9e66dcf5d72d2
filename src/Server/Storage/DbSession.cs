using System.Data.Common;
using Dapper;

namespace SmartCardCrm.Server.Storage;

/// <summary>Statements inside one transaction. Parameters are named; whole numbers travel as 64 bits. What is
/// run for many rows waits for the next other statement, or the end, and so do its failures: together they go
/// to an engine in another process by few messages.</summary>
internal sealed class DbSession(Database database, DbConnection connection, DbTransaction transaction)
{
    private readonly List<RowsStatement> _waiting = [];
    private Task _running = Task.CompletedTask;

    /// <summary>How long the engine may take for a query, in seconds, 0 for as long as it likes; null for
    /// what its connection says.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Runs a statement and says how many rows it touched.</summary>
    public int Run(string sql, object? parameters = null) => Current.Execute(sql, parameters, transaction);

    /// <summary>Adds rows to a table.</summary>
    public void Insert(string table, Rows rows) => Add(RowsStatement.Insert(table, rows));

    /// <summary>Runs a statement for many rows at the cost of few.</summary>
    /// <param name="sql">With <see cref="RowShape.Place"/>. It must do the same to all of them at once as to
    /// one after the other.</param>
    /// <param name="rows">Any number. They are not changed any more.</param>
    public void RunForEach(string sql, Rows rows) => Add(new RowsStatement(sql, rows));

    /// <summary>Begins to run what waits, while the caller goes on. Where the engine is still busy with what
    /// was begun before, it goes on waiting.</summary>
    public void Start()
    {
        if (!_running.IsCompleted)
            return;
        Flush(statements => _running = Task.Run(() => database.RunForEach(connection, statements)));
    }

    /// <summary>Runs what waits.</summary>
    public void Flush() => Flush(statements => database.RunForEach(connection, statements));

    /// <summary>Ends when nothing runs any more, whatever came of it.</summary>
    public void Rest() => ((IAsyncResult)_running).AsyncWaitHandle.WaitOne();

    /// <summary>What a query finds for many rows.</summary>
    /// <param name="sql">With <see cref="RowShape.Place"/>, before what is joined to it.</param>
    /// <param name="rows">Any number, without bytes.</param>
    public IReadOnlyList<T> ListForEach<T>(string sql, Rows rows) =>
        rows.Values.Count > 0 ? database.ListForEach<T>(Current, sql, rows) : [];

    /// <summary>All rows of a query.</summary>
    public IReadOnlyList<T> List<T>(string sql, object? parameters = null) =>
        Current.Query<T>(sql, parameters, transaction, commandTimeout: TimeoutSeconds).AsList();

    /// <summary>The only row of a query, or null where there is none.</summary>
    public T? Find<T>(string sql, object? parameters = null) where T : class =>
        Current.QuerySingleOrDefault<T>(sql, parameters, transaction, commandTimeout: TimeoutSeconds);

    /// <summary>Does a part of the transaction's work; an exception undoes that part, and goes on to the
    /// caller.</summary>
    public T Part<T>(Func<T> work)
    {
        Run("SAVEPOINT part");
        try
        {
            var result = work();
            Run("RELEASE SAVEPOINT part");
            return result;
        }
        catch
        {
            Rest();
            _running = Task.CompletedTask;
            _waiting.Clear();
            Run("ROLLBACK TO SAVEPOINT part");
            Run("RELEASE SAVEPOINT part");
            throw;
        }
    }

    /// <summary>The single value of a query that always has one.</summary>
    public T Value<T>(string sql, object? parameters = null) =>
        Current.QuerySingle<T>(sql, parameters, transaction, commandTimeout: TimeoutSeconds);

    private void Flush(Action<IReadOnlyList<RowsStatement>> run)
    {
        _running.GetAwaiter().GetResult();
        if (_waiting.Count == 0)
            return;
        List<RowsStatement> statements = [.. _waiting];
        _waiting.Clear();
        run(statements);
    }

    private void Add(RowsStatement statement)
    {
        if (statement.Rows.Values.Count > 0)
            _waiting.Add(statement);
    }

    // As the statements so far have left it.
    private DbConnection Current
    {
        get
        {
            Flush();
            return connection;
        }
    }
}
