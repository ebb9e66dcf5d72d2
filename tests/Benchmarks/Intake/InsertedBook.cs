using Microsoft.Data.Sqlite;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Benchmarks.Intake;

/// <summary>Inserts rows into a SQLite book with prepared statements and nothing else.</summary>
internal sealed class BareInserts : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = [];

    private BareInserts(SqliteConnection connection) => _connection = connection;

    /// <param name="folder">A folder without a book, on the disk that the server's is on.</param>
    public static BareInserts Open(string folder)
    {
        // As the server makes it: the same tables and indexes.
        BookHome.Open(folder).Dispose();
        var connection = new SqliteConnection($"Data Source={Path.Combine(folder, BookHome.SqliteFile)}");
        connection.Open();
        var inserts = new BareInserts(connection);
        inserts.Run("PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL");
        return inserts;
    }

    /// <summary>As many transactions as there were.</summary>
    public void Insert(IReadOnlyList<TableRows> tables)
    {
        var commits = tables
            .SelectMany(table => table.Rows.Select(row => (table, row))).ToLookup(pair => pair.row.Commit);
        foreach (var commit in commits)
        {
            Run("BEGIN IMMEDIATE");
            foreach (var (table, row) in commit)
                Insert(table, row);
            Run("COMMIT");
        }
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values)
            command.Dispose();
        _connection.Dispose();
    }

    private void Insert(TableRows table, BookRow row)
    {
        if (!_commands.TryGetValue(table.Table, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText =
                $"INSERT INTO {table.Table} ({string.Join(", ", table.Columns)}) "
                + $"VALUES ({string.Join(", ", table.Columns.Select(column => "@" + column))})";
            foreach (var column in table.Columns)
                command.Parameters.Add(new SqliteParameter { ParameterName = "@" + column });
            _commands.Add(table.Table, command);
        }

        for (var column = 0; column < row.Values.Length; column++)
            command.Parameters[column].Value = row.Values[column] ?? DBNull.Value;
        command.ExecuteNonQuery();
    }

    private void Run(string sql)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            _commands.Add(sql, command);
        }

        command.ExecuteNonQuery();
    }
}
