using Npgsql;
using NpgsqlTypes;
using SmartCardCrm.Server.Storage.Postgres;

namespace SmartCardCrm.Benchmarks.Intake;

/// <summary>Copies the rows of a transaction into a staging table for each table, and from there into a
/// PostgreSQL book with one statement.</summary>
internal sealed class CopiedBook : IBareBook
{
    private readonly NpgsqlConnection _connection;
    private readonly HashSet<string> _staged = new(StringComparer.Ordinal);

    private CopiedBook(NpgsqlConnection connection) => _connection = connection;

    /// <param name="address">Of an empty database.</param>
    public static CopiedBook Open(string address)
    {
        // As the server makes it: the same tables and indexes.
        PostgresDatabase.Open(address).Dispose();
        var connection = new NpgsqlConnection(address + ";Max Auto Prepare=50");
        connection.Open();
        return new CopiedBook(connection);
    }

    public void Write(IReadOnlyList<TableRows> tables)
    {
        foreach (var table in tables.Where(table => _staged.Add(table.Table)))
            Run($"CREATE TEMP TABLE staged_{table.Table} (LIKE {table.Table}) ON COMMIT DELETE ROWS");
        foreach (var commit in tables.SelectMany(table => table.Commits).Distinct().Order())
        {
            using var transaction = _connection.BeginTransaction();
            foreach (var table in tables)
                Write(table, commit);
            transaction.Commit();
        }
    }

    public void Dispose() => _connection.Dispose();

    private void Write(TableRows table, long commit)
    {
        using (var rows = _connection.BeginBinaryImport(
            $"COPY staged_{table.Table} ({table.Names}) FROM STDIN (FORMAT BINARY)"))
        {
            foreach (var row in table.Of(commit))
            {
                rows.StartRow();
                foreach (var value in row.Values)
                    Write(rows, value);
            }

            rows.Complete();
        }

        Run($"INSERT INTO {table.Table} ({table.Names}) SELECT {table.Names} FROM staged_{table.Table} "
            + (table.OnConflict ?? "ON CONFLICT DO NOTHING"));
    }

    private static void Write(NpgsqlBinaryImporter to, object? value)
    {
        switch (value)
        {
            case null:
                to.WriteNull();
                break;
            case long number:
                to.Write(number, NpgsqlDbType.Bigint);
                break;
            case string text:
                to.Write(text, NpgsqlDbType.Text);
                break;
            default:
                to.Write((byte[])value, NpgsqlDbType.Bytea);
                break;
        }
    }

    private void Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
