using System.Data;
using System.Data.Common;
using Npgsql;

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
}
