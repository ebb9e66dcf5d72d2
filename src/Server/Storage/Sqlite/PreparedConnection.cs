using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace SmartCardCrm.Server.Storage.Sqlite;

/// <summary>
/// A connection that keeps its prepared statements: SQLite takes longer to parse most of ours than to run
/// them, and the driver prepares anew for each command. For one thread at a time, as a connection is.
/// </summary>
/// <param name="connection">Open. Owned from here on.</param>
internal sealed class PreparedConnection(SqliteConnection connection) : DbConnection
{
    private readonly Dictionary<string, SqliteCommand> _idle = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RowStatement> _forEach = new(StringComparer.Ordinal);

    [AllowNull]
    public override string ConnectionString
    {
        get => connection.ConnectionString;
        set => throw new NotSupportedException("The connection is open already.");
    }

    public override string Database => connection.Database;

    public override string DataSource => connection.DataSource;

    public override string ServerVersion => connection.ServerVersion;

    public override ConnectionState State => connection.State;

    /// <summary>Begins a transaction; one that is not deferred waits for the writer's lock at once.</summary>
    public DbTransaction BeginTransaction(bool deferred)
    {
        Run(deferred ? "BEGIN" : "BEGIN IMMEDIATE");
        return new Transaction(this);
    }

    /// <inheritdoc cref="DbSession.RunForEach"/>
    public void RunForEach(string sql, Rows rows)
    {
        if (!_forEach.TryGetValue(sql, out var statement))
            _forEach.Add(sql, statement = new RowStatement(connection.Handle!, sql, rows.Shape));
        foreach (var row in rows.Values)
            statement.Run(row);
    }

    public override void ChangeDatabase(string databaseName) => connection.ChangeDatabase(databaseName);

    public override void Open()
    {
    }

    public override void Close() => connection.Close();

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) =>
        BeginTransaction(deferred: true);

    protected override DbCommand CreateDbCommand() => new Command(this, connection.CreateCommand());

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var command in _idle.Values)
                command.Dispose();
            _idle.Clear();
            foreach (var statement in _forEach.Values)
                statement.Dispose();
            _forEach.Clear();
            connection.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool IsInTransaction => SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0;

    private void Run(string sql)
    {
        var command = Rent(sql);
        command.ExecuteNonQuery();
        Return(command);
    }

    private SqliteCommand Rent(string text)
    {
        if (_idle.Remove(text, out var command))
            return command;
        command = connection.CreateCommand();
        command.CommandText = text;
        return command;
    }

    // Our statements say @name, Dapper says name; the driver would try other signs first, each time.
    private string NameInSql(string name)
    {
        if (name.StartsWith('@'))
            return name;
        if (!_names.TryGetValue(name, out var prefixed))
            _names.Add(name, prefixed = "@" + name);
        return prefixed;
    }

    // Of two that ran at once, one is kept.
    private void Return(SqliteCommand command)
    {
        command.Parameters.Clear();
        if (!_idle.TryAdd(command.CommandText, command))
            command.Dispose();
    }

    /// <summary>What a caller fills; what runs is a command that may have run before.</summary>
    private sealed class Command(PreparedConnection connection, SqliteCommand filled) : DbCommand
    {
        private SqliteCommand? _running;

        [AllowNull]
        public override string CommandText
        {
            get => filled.CommandText;
            set => filled.CommandText = value;
        }

        public override int CommandTimeout
        {
            get => filled.CommandTimeout;
            set => filled.CommandTimeout = value;
        }

        public override CommandType CommandType
        {
            get => filled.CommandType;
            set => filled.CommandType = value;
        }

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection
        {
            get => connection;
            set => throw new NotSupportedException("The command belongs to its connection.");
        }

        protected override DbParameterCollection DbParameterCollection => filled.Parameters;

        protected override DbTransaction? DbTransaction { get; set; }

        public override void Cancel() => _running?.Cancel();

        public override void Prepare()
        {
        }

        public override int ExecuteNonQuery() => Running().ExecuteNonQuery();

        public override object? ExecuteScalar() => Running().ExecuteScalar();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
            Running().ExecuteReader(behavior);

        protected override DbParameter CreateDbParameter() => filled.CreateParameter();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                if (_running is { } ran)
                    connection.Return(ran);
                _running = null;
                filled.Dispose();
            }

            base.Dispose(disposing);
        }

        private SqliteCommand Running()
        {
            _running ??= connection.Rent(filled.CommandText);
            _running.Parameters.Clear();
            foreach (SqliteParameter parameter in filled.Parameters)
            {
                parameter.ParameterName = connection.NameInSql(parameter.ParameterName);
                _running.Parameters.Add(parameter);
            }

            return _running;
        }
    }

    /// <summary>A transaction by statements that are prepared like all others. The driver knows nothing of
    /// it.</summary>
    private sealed class Transaction(PreparedConnection connection) : DbTransaction
    {
        private bool _isOver;

        public override IsolationLevel IsolationLevel => IsolationLevel.Serializable;

        protected override DbConnection DbConnection => connection;

        public override void Commit() => End("COMMIT");

        public override void Rollback() => End("ROLLBACK");

        protected override void Dispose(bool disposing)
        {
            // SQLite has undone it by itself after some failures, and then there is nothing left to undo.
            if (disposing && !_isOver && connection.IsInTransaction)
                Rollback();
            base.Dispose(disposing);
        }

        private void End(string sql)
        {
            _isOver = true;
            connection.Run(sql);
        }
    }
}
