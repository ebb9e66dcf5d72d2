using System.Diagnostics;
using Npgsql;
using SmartCardCrm.Server.Tests.Storage;

[assembly: AssemblyFixture(typeof(PostgresCluster))]

namespace SmartCardCrm.Server.Tests.Storage;

/// <summary>
/// A PostgreSQL server of the tests' own: a fresh cluster in a temporary folder, reached by a socket in it,
/// started at
/// the first use and stopped by its own pid. Where PostgreSQL is missing, the tests that need it fail.
/// </summary>
public sealed class PostgresCluster : IDisposable
{
    // PostgreSQL refuses to run as root; Debian's package brings this user.
    private const string User = "postgres";

    private readonly Lock _lock = new();
    private DirectoryInfo? _folder;
    private NpgsqlDataSource? _source;
    private int _schemas;

    private string Data => Path.Combine(_folder!.FullName, "data");

    private string Connection =>
        $"Host={_folder!.FullName};Username={User};Database=postgres;Maximum Pool Size=4";

    /// <summary>An empty schema; the connection string that leads to it.</summary>
    public string CreateSchema()
    {
        lock (_lock)
        {
            _source ??= Start();
            var name = $"book_{++_schemas}";
            using var command = _source.CreateCommand($"CREATE SCHEMA {name}");
            command.ExecuteNonQuery();
            return $"{Connection};Search Path={name}";
        }
    }

    public void Dispose()
    {
        _source?.Dispose();
        if (_folder is null)
            return;
        Run("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");
        _folder.Delete(recursive: true);
    }

    // Nothing of it has to outlive the tests, so it need not wait for the disk.
    private NpgsqlDataSource Start()
    {
        _folder = Directory.CreateTempSubdirectory("book-pg-");
        if (Environment.IsPrivilegedProcess)
            Execute("chown", User, _folder.FullName);
        Run("initdb", "-D", Data, "-U", User, "--auth=trust", "--no-sync", "--locale=C.UTF-8");
        Run("pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder.FullName, "log"),
            "-o", $"-F -k {_folder.FullName} -c listen_addresses=''", "start");
        return NpgsqlDataSource.Create(Connection);
    }

    private static void Run(string program, params string[] arguments)
    {
        var path = Directory.GetDirectories("/usr/lib/postgresql")
            .Select(version => Path.Combine(version, "bin", program))
            .Last(File.Exists);
        if (Environment.IsPrivilegedProcess)
            Execute("runuser", ["-u", User, "--", path, .. arguments]);
        else
            Execute(path, arguments);
    }

    private static void Execute(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Path.GetTempPath(),
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {arguments[^1]} ended with {process.ExitCode}.");
    }
}
