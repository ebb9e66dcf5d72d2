using SmartCardCrm.Load.Store;
using SmartCardCrm.Server.Tests.Storage;

[assembly: AssemblyFixture(typeof(PostgresCluster))]

namespace SmartCardCrm.Server.Tests.Storage;

/// <summary>
/// The tests' own PostgreSQL, started at the first use. Nothing of it has to outlive the tests, so it need
/// not wait for the disk. Where PostgreSQL is missing, the tests that need it fail.
/// </summary>
public sealed class PostgresCluster : IDisposable
{
    private readonly Lazy<PostgresServer> _server = new(() => PostgresServer.Start(durable: false));

    /// <summary>An empty schema; the connection string that leads to it.</summary>
    public string CreateSchema() => _server.Value.CreateSchema();

    public void Dispose()
    {
        if (_server.IsValueCreated)
            _server.Value.Dispose();
    }
}
