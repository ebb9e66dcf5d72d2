using System.Data;
using System.Data.Common;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace SmartCardCrm.Server.Storage.Postgres;

/// <summary>The same book on PostgreSQL. An advisory lock keeps the one writer, across processes
/// too.</summary>
internal sealed class PostgresDatabase : Database
{
    // Any number will do, as long as every server of the same book takes the same.
    private const long WriterLock = 0x5343_4352_4D01;

    private const int StatementsMost = 300;

    private readonly NpgsqlDataSource _source;

    // All statements are the code's own, and come again and again.
    private PostgresDatabase(string connectionString) => _source = NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = StatementsMost });

    public override string BytesType => "bytea";

    /// <summary>Connects and brings the database to the newest shape.</summary>
    public static PostgresDatabase Open(string connectionString)
    {
        var database = new PostgresDatabase(connectionString);
        try
        {
            Migrations.Run(database);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Whether a book was ever made there.</summary>
    public static bool HasBook(string connectionString)
    {
        using var database = new PostgresDatabase(connectionString);
        return database.Read(db => db.Value<bool>("SELECT to_regclass('migration') IS NOT NULL"));
    }

    // Class 22: a value that may not be; class 23: a key.
    public override bool IsRefusal(DbException failure) =>
        failure.SqlState is ['2', '2' or '3', ..];

    public override void RunForEach(DbConnection connection, string sql, Rows rows)
    {
        using var command = Command(connection, sql, rows);
        command.ExecuteNonQuery();
    }

    public override IReadOnlyList<T> ListForEach<T>(DbConnection connection, string sql, Rows rows)
    {
        using var command = Command(connection, sql, rows);
        using var reader = command.ExecuteReader();
        return reader.Parse<T>().AsList();
    }

    // Npgsql has a pool, and finds out for itself which connections are broken.
    protected override DbConnection RentWriter() => _source.OpenConnection();

    protected override DbConnection RentReader() => _source.OpenConnection();

    protected override void ReturnWriter(DbConnection connection) => connection.Dispose();

    protected override void ReturnReader(DbConnection connection) => connection.Dispose();

    protected override DbTransaction BeginWrite(DbConnection connection)
    {
        var transaction = connection.BeginTransaction(IsolationLevel.ReadCommitted);
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT pg_advisory_xact_lock({WriterLock})";
        command.Transaction = transaction;
        command.ExecuteNonQuery();
        return transaction;
    }

    protected override DbTransaction BeginRead(DbConnection connection) =>
        connection.BeginTransaction(IsolationLevel.RepeatableRead);

    public override void Dispose() => _source.Dispose();

    // All rows in one statement, an array for each column.
    private static NpgsqlCommand Command(DbConnection connection, string sql, Rows rows)
    {
        var columns = rows.Shape.Columns;
        var arrays = string.Join(", ", columns.Select(column => "@" + column.Name));
        var table = $"unnest({arrays}) AS row ({rows.Shape.Names})";
        var command = ((NpgsqlConnection)connection).CreateCommand();
        command.CommandText = sql.Replace(RowShape.Place, table, StringComparison.Ordinal);
        for (var at = 0; at < columns.Count; at++)
            command.Parameters.Add(ArrayOf(columns[at], rows.Values, at));
        return command;
    }

    private static NpgsqlParameter ArrayOf(RowColumn column, IReadOnlyList<object?[]> values, int at) =>
        column.Type switch
        {
            RowType.Number => new NpgsqlParameter<long?[]>(
                column.Name, NpgsqlDbType.Array | NpgsqlDbType.Bigint)
            { TypedValue = [.. values.Select(row => (long?)row[at])] },
            RowType.Text => new NpgsqlParameter<string?[]>(
                column.Name, NpgsqlDbType.Array | NpgsqlDbType.Text)
            { TypedValue = [.. values.Select(row => (string?)row[at])] },
            _ => new NpgsqlParameter<byte[]?[]>(column.Name, NpgsqlDbType.Array | NpgsqlDbType.Bytea)
            { TypedValue = [.. values.Select(row => (byte[]?)row[at])] },
        };
}
