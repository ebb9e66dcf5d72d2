using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Storage.Postgres;
using SmartCardCrm.Server.Storage.Sqlite;

namespace SmartCardCrm.Server.Tests.Storage;

/// <summary>A database engine that gives each test an empty book.</summary>
public abstract class Engine : IDisposable
{
    public abstract void Dispose();

    internal abstract Database OpenBook();
}

/// <summary>SQLite files in a folder of their own.</summary>
public sealed class SqliteEngine : Engine
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("book-");
    private int _books;

    public override void Dispose() => _folder.Delete(recursive: true);

    internal override Database OpenBook() =>
        SqliteDatabase.Open(Path.Combine(_folder.FullName, $"{Interlocked.Increment(ref _books)}.db"));
}

/// <summary>Schemas of the tests' own PostgreSQL server.</summary>
public sealed class PostgresEngine(PostgresCluster cluster) : Engine
{
    public override void Dispose() { }

    internal override Database OpenBook() => PostgresDatabase.Open(cluster.CreateSchema());
}
