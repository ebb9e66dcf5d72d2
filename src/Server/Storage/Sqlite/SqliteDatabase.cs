using System.Data.Common;
using System.Globalization;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Data.Sqlite;

namespace SmartCardCrm.Server.Storage.Sqlite;

/// <summary>The embedded engine: one file, write-ahead log, a commit is on the disk before it
/// returns.</summary>
internal sealed class SqliteDatabase : Database
{
    // Below zero: KiB. A transaction of the intake touches thousands of pages.
    public const string CacheSize = "-65536";

    // A page that many transactions write then goes to the book's file once.
    public const string CheckpointPages = "8192";

    private const int IdleReadersMost = 16;

    private readonly IdleConnections _writers = new(1);
    private readonly IdleConnections _readers = new(IdleReadersMost);
    private readonly string _writing;
    private readonly string _reading;

    private SqliteDatabase(string path)
    {
        // The driver's own pool closes connections on a timer of its own, and forgets what was demanded of
        // them.
        var settings = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false };
        _reading = new SqliteConnectionStringBuilder(settings.ToString())
        {
            Mode = SqliteOpenMode.ReadOnly,
        }.ToString();
        settings.ForeignKeys = true;
        _writing = settings.ToString();
    }

    public override string BytesType => "blob";

    /// <summary>Opens the file, makes it where there is none, and brings it to the newest shape.</summary>
    public static SqliteDatabase Open(string path)
    {
        var database = new SqliteDatabase(path);
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

    // SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG, SQLITE_RANGE.
    public override bool IsRefusal(DbException failure) =>
        failure is SqliteException { SqliteErrorCode: 19 or 20 or 18 or 25 };

    protected override DbConnection RentWriter() => _writers.TryTake() ?? Connect(_writing, PrepareWriter);

    protected override DbConnection RentReader() => _readers.TryTake() ?? Connect(_reading, PrepareReader);

    protected override void ReturnWriter(DbConnection connection) => _writers.Keep(connection);

    protected override void ReturnReader(DbConnection connection) => _readers.Keep(connection);

    protected override DbTransaction BeginWrite(DbConnection connection) =>
        ((PreparedConnection)connection).BeginTransaction(deferred: false);

    protected override DbTransaction BeginRead(DbConnection connection) =>
        ((PreparedConnection)connection).BeginTransaction(deferred: true);

    public override void RunForEach(DbConnection connection, IReadOnlyList<RowsStatement> statements)
    {
        foreach (var (sql, rows) in statements)
            ((PreparedConnection)connection).RunForEach(sql, rows);
    }

    // All rows in one parameter; a statement a row would cost more than what it finds.
    public override IReadOnlyList<T> ListForEach<T>(DbConnection connection, string sql, Rows rows)
    {
        var columns = rows.Shape.Columns.Select((column, at) => $"value ->> {at} AS {column.Name}");
        var table = $"(SELECT {string.Join(", ", columns)} FROM json_each(@rows)) AS row";
        return connection.Query<T>(
            sql.Replace(RowShape.Place, table, StringComparison.Ordinal), new { rows = JsonOf(rows) })
            .AsList();
    }

    public override void Dispose()
    {
        _writers.Dispose();
        _readers.Dispose();
    }

    private static PreparedConnection Connect(string settings, Action<SqliteConnection> prepare)
    {
        var connection = new SqliteConnection(settings);
        try
        {
            connection.Open();
            prepare(connection);
            return new PreparedConnection(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static string JsonOf(Rows rows) => new JsonArray(
        [.. rows.Values.Select(row => (JsonNode)new JsonArray([.. row.Select(ValueOf)]))]).ToJsonString();

    private static JsonNode? ValueOf(object? value) => value switch
    {
        null => null,
        long number => JsonValue.Create(number),
        string text => JsonValue.Create(text),
        _ => throw new ArgumentException("Only numbers and texts are asked for.", nameof(value)),
    };

    // FULL is 2. A pragma that is not understood says nothing, so both are read back.
    private static void PrepareWriter(SqliteConnection connection)
    {
        Demand(connection, "PRAGMA journal_mode = WAL", "wal");
        Demand(connection, "PRAGMA synchronous = FULL; PRAGMA synchronous", "2");
        Demand(connection, $"PRAGMA cache_size = {CacheSize}; PRAGMA cache_size", CacheSize);
        Demand(connection, $"PRAGMA wal_autocheckpoint = {CheckpointPages}", CheckpointPages);
    }

    // SQLite's own LOWER knows only A to Z, so that nobody called Анна would be found.
    private static void PrepareReader(SqliteConnection connection) =>
        connection.CreateFunction("LOWER", (string? text) => text?.ToLowerInvariant(), isDeterministic: true);

    private static void Demand(SqliteConnection connection, string pragma, string expected)
    {
        using var command = connection.CreateCommand();
        command.CommandText = pragma;
        if (Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture) != expected)
            throw new InvalidOperationException($"SQLite did not accept: {pragma}");
    }

    /// <summary>Open connections that nobody uses. Safe for many threads.</summary>
    /// <param name="most">How many are kept; more are closed.</param>
    private sealed class IdleConnections(int most) : IDisposable
    {
        private readonly Stack<DbConnection> _kept = [];
        private bool _disposed;

        public DbConnection? TryTake()
        {
            lock (_kept)
                return _kept.TryPop(out var connection) ? connection : null;
        }

        public void Keep(DbConnection connection)
        {
            lock (_kept)
            {
                if (!_disposed && _kept.Count < most)
                {
                    _kept.Push(connection);
                    return;
                }
            }

            connection.Dispose();
        }

        public void Dispose()
        {
            lock (_kept)
            {
                _disposed = true;
                while (_kept.TryPop(out var connection))
                    connection.Dispose();
            }
        }
    }
}
