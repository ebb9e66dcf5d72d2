using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;

namespace SmartCardCrm.Load.Store;

/// <summary>
/// A PostgreSQL server of a test's own: a cluster in a folder, reached by a socket in it, stopped by its own
/// pid.
/// </summary>
public sealed class PostgresServer : IDisposable
{
    // PostgreSQL refuses to run as root; Debian's package brings this user.
    private const string User = "postgres";

    private readonly DirectoryInfo _folder;
    private readonly bool _isKept;
    private readonly NpgsqlDataSource _source;
    private int _books;

    private PostgresServer(bool durable, DirectoryInfo? kept)
    {
        _isKept = kept is not null;
        _folder = kept ?? Directory.CreateTempSubdirectory("book-pg-");
        if (!Directory.Exists(Data))
        {
            if (Environment.IsPrivilegedProcess)
                Execute("chown", User, _folder.FullName);
            Run("initdb", "-D", Data, "-U", User, "--auth=trust", "--no-sync", "--locale=C.UTF-8");
        }

        Run("pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder.FullName, "log"),
            "-o", $"{(durable ? "" : "-F")} -k {_folder.FullName} -c listen_addresses=''", "start");
        _source = NpgsqlDataSource.Create(AddressOf("postgres"));
    }

    private string Data => Path.Combine(_folder.FullName, "data");

    /// <summary>Starts one; it fails where PostgreSQL is missing.</summary>
    /// <param name="durable">Whether a commit waits for the disk.</param>
    /// <param name="kept">A folder whose cluster outlives the server, on a real disk; where there is none,
    /// one that goes with it.</param>
    public static PostgresServer Start(bool durable, DirectoryInfo? kept = null) => new(durable, kept);

    /// <summary>An empty database; the connection string that leads to it.</summary>
    public string CreateDatabase()
    {
        var name = $"book_{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        using var command = _source.CreateCommand($"CREATE DATABASE {name}");
        command.ExecuteNonQuery();
        return AddressOf(name);
    }

    /// <summary>A schema of its own in the one database; the connection string that leads to it.</summary>
    public string CreateSchema()
    {
        var name = $"book_{Interlocked.Increment(ref _books)}";
        using var command = _source.CreateCommand($"CREATE SCHEMA {name}");
        command.ExecuteNonQuery();
        return $"{AddressOf("postgres")};Search Path={name}";
    }

    public void Dispose()
    {
        _source.Dispose();
        Run("pg_ctl", "-D", Data, "-m", _isKept ? "fast" : "immediate", "-w", "stop");
        if (!_isKept)
            _folder.Delete(recursive: true);
    }

    private string AddressOf(string database) =>
        $"Host={_folder.FullName};Username={User};Database={database};Maximum Pool Size=4";

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
