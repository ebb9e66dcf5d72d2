using Microsoft.Data.Sqlite;
using Npgsql;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Storage.Postgres;
using SmartCardCrm.Server.Storage.Sqlite;

namespace SmartCardCrm.Server.Tests.Storage;

/// <summary>A database engine that gives each test an empty book.</summary>
public abstract class Engine : IDisposable
{
    public abstract void Dispose();

    internal abstract Database OpenBook();

    /// <summary>Opens a book that was made by these statements, whose bytes stand as in
    /// first-release.sql.</summary>
    internal abstract Database OpenBook(string statements);
}

/// <summary>SQLite files in a folder of their own.</summary>
public sealed class SqliteEngine : Engine
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("book-");
    private int _books;

    public override void Dispose() => _folder.Delete(recursive: true);

    internal override Database OpenBook() => SqliteDatabase.Open(NewPath());

    internal override Database OpenBook(string statements)
    {
        var path = NewPath();
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = statements
                .Replace("{bytes}", "blob", StringComparison.Ordinal)
                .Replace("{bytes:", "X'", StringComparison.Ordinal)
                .Replace("}", "'", StringComparison.Ordinal);
            command.ExecuteNonQuery();
        }

        return SqliteDatabase.Open(path);
    }

    private string NewPath() => Path.Combine(_folder.FullName, $"{Interlocked.Increment(ref _books)}.db");
}

/// <summary>Schemas of the tests' own PostgreSQL server.</summary>
public sealed class PostgresEngine(PostgresCluster cluster) : Engine
{
    public override void Dispose() { }

    internal override Database OpenBook() => PostgresDatabase.Open(cluster.CreateSchema());

    internal override Database OpenBook(string statements)
    {
        var address = cluster.CreateSchema();
        using (var source = NpgsqlDataSource.Create(address))
        using (var command = source.CreateCommand(statements
            .Replace("{bytes}", "bytea", StringComparison.Ordinal)
            .Replace("{bytes:", "'\\x", StringComparison.Ordinal)
            .Replace("}", "'", StringComparison.Ordinal)))
        {
            command.ExecuteNonQuery();
        }

        return PostgresDatabase.Open(address);
    }
}
