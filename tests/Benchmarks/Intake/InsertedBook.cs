using Microsoft.Data.Sqlite;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Storage.Sqlite;

namespace SmartCardCrm.Benchmarks.Intake;

/// <summary>Inserts rows into a SQLite book with prepared statements and nothing else.</summary>
internal sealed class InsertedBook : IBareBook
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = [];

    private InsertedBook(SqliteConnection connection) => _connection = connection;

    /// <param name="folder">A folder without a book, on the disk that the server's is on.</param>
    public static InsertedBook Open(string folder)
    {
        // As the server makes it: the same tables and indexes.
        BookHome.Open(folder).Dispose();
        var connection = new SqliteConnection($"Data Source={Path.Combine(folder, BookHome.SqliteFile)}");
        connection.Open();
        var inserts = new InsertedBook(connection);
        inserts.Run(
            "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; "
            + $"PRAGMA cache_size = {SqliteDatabase.CacheSize}; "
            + $"PRAGMA wal_autocheckpoint = {SqliteDatabase.CheckpointPages}");
        return inserts;
    }

    public void Write(IReadOnlyList<TableRows> tables)
    {
        foreach (var commit in tables.SelectMany(table => table.Commits).Distinct().Order())
        {
            Run("BEGIN IMMEDIATE");
            foreach (var table in tables)
            {
                foreach (var row in table.Of(commit))
                    Insert(table, row);
            }

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
        if (!_commands.TryGetValue(table.Table + table.OnConflict, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText =
                $"INSERT INTO {table.Table} ({table.Names}) "
                + $"VALUES ({string.Join(", ", table.Columns.Select(column => "@" + column))}) "
                + table.OnConflict;
            foreach (var column in table.Columns)
                command.Parameters.Add(new SqliteParameter { ParameterName = "@" + column });
            _commands.Add(table.Table + table.OnConflict, command);
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
