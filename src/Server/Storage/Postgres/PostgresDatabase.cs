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

    private readonly NpgsqlDataSource _source;

    private PostgresDatabase(string connectionString) => _source = NpgsqlDataSource.Create(connectionString);

    public override string BytesType => "bytea";

    /// <summary>Connects and brings the database to the newest shape.</summary>
    public static PostgresDatabase Open(string connectionString)
    {
        var database = new PostgresDatabase(connectionString);
        Migrations.Run(database);
        return database;
    }

    protected override DbConnection OpenWriter() => _source.OpenConnection();

    protected override DbConnection OpenReader() => _source.OpenConnection();

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
