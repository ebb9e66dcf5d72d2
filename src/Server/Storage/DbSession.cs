using System.Data.Common;
using Dapper;

namespace SmartCardCrm.Server.Storage;

/// <summary>Statements inside one transaction. Parameters are named; whole numbers travel as 64 bits. What is
/// run for many rows waits for the next other statement, or the end, and so do its failures: together they go
/// to an engine in another process by one message.</summary>
internal sealed class DbSession(Database database, DbConnection connection, DbTransaction transaction)
{
    private readonly List<RowsStatement> _waiting = [];

    /// <summary>Runs a statement and says how many rows it touched.</summary>
    public int Run(string sql, object? parameters = null) => Current.Execute(sql, parameters, transaction);

    /// <summary>Adds rows to a table.</summary>
    public void Insert(string table, Rows rows) => RunForEach(
        $"INSERT INTO {table} ({rows.Shape.Names}) SELECT {rows.Shape.Names} FROM {RowShape.Place}", rows);

    /// <summary>Runs a statement for many rows at the cost of few.</summary>
    /// <param name="sql">With <see cref="RowShape.Place"/>. It must do the same to all of them at once as to
    /// one after the other.</param>
    /// <param name="rows">Any number. They are not changed any more.</param>
    public void RunForEach(string sql, Rows rows)
    {
        if (rows.Values.Count > 0)
            _waiting.Add(new RowsStatement(sql, rows));
    }

    /// <summary>Runs what waits.</summary>
    public void Flush()
    {
        if (_waiting.Count == 0)
            return;
        List<RowsStatement> statements = [.. _waiting];
        _waiting.Clear();
        database.RunForEach(connection, statements);
    }

    /// <summary>What a query finds for many rows.</summary>
    /// <param name="sql">With <see cref="RowShape.Place"/>, before what is joined to it.</param>
    /// <param name="rows">Any number, without bytes.</param>
    public IReadOnlyList<T> ListForEach<T>(string sql, Rows rows) =>
        rows.Values.Count > 0 ? database.ListForEach<T>(Current, sql, rows) : [];

    /// <summary>All rows of a query.</summary>
    public IReadOnlyList<T> List<T>(string sql, object? parameters = null) =>
        Current.Query<T>(sql, parameters, transaction).AsList();

    /// <summary>The only row of a query, or null where there is none.</summary>
    public T? Find<T>(string sql, object? parameters = null) where T : class =>
        Current.QuerySingleOrDefault<T>(sql, parameters, transaction);

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
            _waiting.Clear();
            Run("ROLLBACK TO SAVEPOINT part");
            Run("RELEASE SAVEPOINT part");
            throw;
        }
    }

    /// <summary>The single value of a query that always has one.</summary>
    public T Value<T>(string sql, object? parameters = null) =>
        Current.QuerySingle<T>(sql, parameters, transaction);

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
