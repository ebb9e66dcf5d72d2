using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace SmartCardCrm.Server.Storage.Sqlite;

/// <summary>The embedded engine: one file, write-ahead log, a commit is on the disk before it
/// returns.</summary>
internal sealed class SqliteDatabase : Database
{
    private readonly string _writing;
    private readonly string _reading;

    private SqliteDatabase(string path)
    {
        _writing = new SqliteConnectionStringBuilder { DataSource = path, ForeignKeys = true }.ToString();
        _reading = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadOnly,
        }.ToString();
    }

    public override string BytesType => "blob";

    /// <summary>Opens the file, makes it where there is none, and brings it to the newest shape.</summary>
    public static SqliteDatabase Open(string path)
    {
        var database = new SqliteDatabase(path);
        Migrations.Run(database);
        return database;
    }

    protected override DbConnection OpenWriter()
    {
        var connection = new SqliteConnection(_writing);
        connection.Open();
        // FULL is 2. A pragma that is not understood says nothing, so both are read back.
        Demand(connection, "PRAGMA journal_mode = WAL", "wal");
        Demand(connection, "PRAGMA synchronous = FULL; PRAGMA synchronous", "2");
        return connection;
    }

    protected override DbConnection OpenReader()
    {
        var connection = new SqliteConnection(_reading);
        connection.Open();
        // SQLite's own LOWER knows only A to Z, so that nobody called Анна would be found.
        connection.CreateFunction("LOWER", (string? text) => text?.ToLowerInvariant(), isDeterministic: true);
        return connection;
    }

    protected override DbTransaction BeginWrite(DbConnection connection) =>
        ((SqliteConnection)connection).BeginTransaction(IsolationLevel.Serializable, deferred: false);

    protected override DbTransaction BeginRead(DbConnection connection) =>
        ((SqliteConnection)connection).BeginTransaction(IsolationLevel.Serializable, deferred: true);

    public override void Dispose()
    {
        using var writer = new SqliteConnection(_writing);
        using var reader = new SqliteConnection(_reading);
        SqliteConnection.ClearPool(writer);
        SqliteConnection.ClearPool(reader);
    }

    private static void Demand(SqliteConnection connection, string pragma, string expected)
    {
        using var command = connection.CreateCommand();
        command.CommandText = pragma;
        if (command.ExecuteScalar()?.ToString() != expected)
            throw new InvalidOperationException($"SQLite did not accept: {pragma}");
    }
}
