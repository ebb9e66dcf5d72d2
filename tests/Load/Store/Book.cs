using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Load.Store;

/// <summary>Which engine has the book of a run, and where.</summary>
internal sealed class Book : IDisposable
{
    private readonly PostgresServer? _postgres;

    private Book(PostgresServer? postgres) => _postgres = postgres;

    public static IReadOnlyList<string> Engines { get; } = ["sqlite", "postgres"];

    /// <summary>A PostgreSQL of the run's own, or none.</summary>
    /// <param name="engine">One of <see cref="Engines"/>.</param>
    /// <param name="kept">Where PostgreSQL's rows stay when the run has ended; null for nowhere.</param>
    public static Book On(string engine, DirectoryInfo? kept = null) =>
        new(engine == "postgres" ? PostgresServer.Start(durable: true, kept) : null);

    /// <summary>Gives a server's data folder an empty book.</summary>
    public void Prepare(string folder)
    {
        if (_postgres is null)
            return;
        var address = System.Text.Encoding.UTF8.GetBytes(_postgres.CreateDatabase());
        PrivateFile.Replace(Path.Combine(folder, BookHome.PostgresFile), address);
    }

    public void Dispose() => _postgres?.Dispose();
}
