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
    private const int CopiedLeast = 16;

    private readonly NpgsqlDataSource _source;

    // All statements are the code's own, and come again and again.
    private PostgresDatabase(string connectionString) => _source = NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxAutoPrepare = StatementsMost,
            // Nobody leaves anything in a connection that the next one would stumble over.
            NoResetOnClose = true,
        });

    public override string BytesType => "bytea";

    // A question about a whole book takes longer than the driver's half minute.
    protected override int? ReadTimeoutSeconds => 0;

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

    // Statements go by one message. COPY needs one more each way and is the cheaper the more rows there are.
    public override void RunForEach(DbConnection connection, IReadOnlyList<RowsStatement> statements)
    {
        var to = (NpgsqlConnection)connection;
        var batch = new List<RowsStatement>();
        foreach (var statement in statements)
        {
            if (statement is not { Table: { } table, Rows: { Values.Count: >= CopiedLeast } rows })
            {
                batch.Add(statement);
                continue;
            }

            RunTogether(to, batch);
            batch.Clear();
            Copy(to, table, rows);
        }

        RunTogether(to, batch);
    }

    public override IReadOnlyList<T> ListForEach<T>(DbConnection connection, string sql, Rows rows)
    {
        using var command = ((NpgsqlConnection)connection).CreateCommand();
        command.CommandText = TextOf(sql, rows.Shape);
        AddArrays(command.Parameters, rows);
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

    private static void RunTogether(NpgsqlConnection connection, List<RowsStatement> statements)
    {
        if (statements.Count == 0)
            return;
        using var batch = connection.CreateBatch();
        foreach (var (sql, rows) in statements)
        {
            var command = new NpgsqlBatchCommand(TextOf(sql, rows.Shape));
            AddArrays(command.Parameters, rows);
            batch.BatchCommands.Add(command);
        }

        batch.ExecuteNonQuery();
    }

    private static void Copy(NpgsqlConnection connection, string table, Rows rows)
    {
        using var copy = connection.BeginBinaryImport(
            $"COPY {table} ({rows.Shape.Names}) FROM STDIN (FORMAT BINARY)");
        foreach (var row in rows.Values)
        {
            copy.StartRow();
            foreach (var value in row)
                Write(copy, value);
        }

        copy.Complete();
    }

    private static void Write(NpgsqlBinaryImporter copy, object? value)
    {
        switch (value)
        {
            case null:
                copy.WriteNull();
                break;
            case long number:
                copy.Write(number, NpgsqlDbType.Bigint);
                break;
            case string text:
                copy.Write(text, NpgsqlDbType.Text);
                break;
            default:
                copy.Write((byte[])value, NpgsqlDbType.Bytea);
                break;
        }
    }

    // All rows in one statement, an array for each column.
    private static string TextOf(string sql, RowShape shape)
    {
        var numbers = Enumerable.Range(1, shape.Columns.Count);
        var arrays = string.Join(", ", numbers.Select(at => FormattableString.Invariant($"${at}")));
        return sql.Replace(
            RowShape.Place, $"unnest({arrays}) AS row ({shape.Names})", StringComparison.Ordinal);
    }

    private static void AddArrays(NpgsqlParameterCollection parameters, Rows rows)
    {
        var columns = rows.Shape.Columns;
        for (var at = 0; at < columns.Count; at++)
            parameters.Add(ArrayOf(columns[at], rows.Values, at));
    }

    private static NpgsqlParameter ArrayOf(RowColumn column, IReadOnlyList<object?[]> values, int at) =>
        column.Type switch
        {
            RowType.Number => new NpgsqlParameter<long?[]>
            {
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint,
                TypedValue = [.. values.Select(row => (long?)row[at])],
            },
            RowType.Text => new NpgsqlParameter<string?[]>
            {
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
                TypedValue = [.. values.Select(row => (string?)row[at])],
            },
            _ => new NpgsqlParameter<byte[]?[]>
            {
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea,
                TypedValue = [.. values.Select(row => (byte[]?)row[at])],
            },
        };
}
