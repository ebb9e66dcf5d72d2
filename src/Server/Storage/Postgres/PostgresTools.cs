using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace SmartCardCrm.Server.Storage.Postgres;

/// <summary>PostgreSQL's own <c>pg_dump</c> and <c>pg_restore</c>, from the path.</summary>
internal static class PostgresTools
{
    /// <summary>Writes the book as it stands at this moment to a new file, on the disk on return.</summary>
    /// <exception cref="BookException">The tool is missing, or failed.</exception>
    public static void Dump(string address, string to)
    {
        var book = new NpgsqlConnectionStringBuilder(address);
        string[] schema = book.SearchPath is { Length: > 0 } path ? [$"--schema={path}"] : [];
        Run(book, "pg_dump", ["--format=custom", "--no-owner", "--no-privileges", .. schema, $"--file={to}"]);
        using var dump = new FileStream(to, FileMode.Open, FileAccess.ReadWrite);
        dump.Flush(flushToDisk: true);
    }

    /// <summary>Fills an empty database, in one transaction.</summary>
    /// <exception cref="BookException">The tool is missing, or failed; then nothing is in it.</exception>
    public static void Restore(string address, string from)
    {
        var book = new NpgsqlConnectionStringBuilder(address);
        Run(book, "pg_restore",
            [
                "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
                $"--dbname={book.Database}", from,
            ]);
    }

    // The password goes by the environment: command lines are public on a machine.
    private static void Run(NpgsqlConnectionStringBuilder book, string tool, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(tool, ["--no-password", .. arguments])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["PGHOST"] = book.Host;
        start.Environment["PGPORT"] = book.Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["PGUSER"] = book.Username;
        start.Environment["PGDATABASE"] = book.Database;
        start.Environment["PGSSLMODE"] = NameOf(book.SslMode);
        if (book.Password is { Length: > 0 } password)
            start.Environment["PGPASSWORD"] = password;
        if (book.RootCertificate is { Length: > 0 } certificate)
            start.Environment["PGSSLROOTCERT"] = certificate;
        using var process = Started(start, tool);
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new BookException("postgres-tool", $"{tool} says: {errors.Trim()}");
    }

    private static Process Started(ProcessStartInfo start, string tool)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw new BookException(
                "postgres-tool", $"{tool} is not installed here: apt-get install postgresql-client");
        }
    }

    private static string NameOf(SslMode mode) => mode switch
    {
        SslMode.VerifyCA => "verify-ca",
        SslMode.VerifyFull => "verify-full",
        _ => mode.ToString().ToLowerInvariant(),
    };
}
