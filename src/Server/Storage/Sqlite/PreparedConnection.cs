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
    public SqliteTransaction BeginTransaction(bool deferred) =>
        connection.BeginTransaction(IsolationLevel.Serializable, deferred);

    public override void ChangeDatabase(string databaseName) => connection.ChangeDatabase(databaseName);

    public override void Open()
    {
    }

    public override void Close() => connection.Close();

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) =>
        connection.BeginTransaction(isolationLevel);

    protected override DbCommand CreateDbCommand() => new Command(this, connection.CreateCommand());

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var command in _idle.Values)
                command.Dispose();
            _idle.Clear();
            connection.Dispose();
        }

        base.Dispose(disposing);
    }

    private SqliteCommand Rent(string text)
    {
        if (_idle.Remove(text, out var command))
            return command;
        command = connection.CreateCommand();
        command.CommandText = text;
        return command;
    }

    // Of two that ran at once, one is kept.
    private void Return(SqliteCommand command)
    {
        command.Parameters.Clear();
        command.Transaction = null;
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

        protected override DbTransaction? DbTransaction
        {
            get => filled.Transaction;
            set => filled.Transaction = (SqliteTransaction?)value;
        }

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
            _running.Transaction = filled.Transaction;
            _running.Parameters.Clear();
            foreach (SqliteParameter parameter in filled.Parameters)
                _running.Parameters.Add(parameter);
            return _running;
        }
    }
}
