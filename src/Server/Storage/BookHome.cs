using System.Data.Common;
using Npgsql;
using SmartCardCrm.Server.Storage.Postgres;
using SmartCardCrm.Server.Storage.Sqlite;

namespace SmartCardCrm.Server.Storage;

/// <summary>The book cannot be used. The message is for people, the code for scripts.</summary>
internal sealed class BookException(string code, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public string Code => code;
}

/// <summary>
/// Where the book is: a SQLite file in the server's data folder, or the PostgreSQL database that a file there
/// leads to. A file says so and no option, lest who forgets the option serves an empty book beside the real
/// one.
/// </summary>
internal static class BookHome
{
    public const string SqliteFile = "book.db";

    /// <summary>An Npgsql connection string, which may hold a password.</summary>
    public const string PostgresFile = "book.postgres";

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Opens the book of a data folder; makes a new one where there is none.</summary>
    /// <exception cref="BookException">There are two, it cannot be reached or read, a newer release made it,
    /// or PostgreSQL would lose what it says is committed.</exception>
    public static Database Open(string folder)
    {
        var (sqlite, postgres) = (Path.Combine(folder, SqliteFile), Path.Combine(folder, PostgresFile));
        if (!File.Exists(postgres))
            return Guarded<Database>(sqlite, () => SqliteDatabase.Open(sqlite));
        if (File.Exists(sqlite))
        {
            throw new BookException(
                "book-twice", $"There are two books, {sqlite} and the one that {postgres} leads to. "
                + "Move away the one that is not the chain's.");
        }

        var address = AddressIn(postgres);
        return Guarded<Database>($"PostgreSQL, as {postgres} says", () =>
        {
            var database = PostgresDatabase.Open(address);
            DemandDurable(database);
            return database;
        });
    }

    /// <summary>Whether a data folder has a book already.</summary>
    /// <exception cref="BookException">It cannot be told.</exception>
    public static bool HasBook(string folder)
    {
        var postgres = Path.Combine(folder, PostgresFile);
        return File.Exists(Path.Combine(folder, SqliteFile))
            || (File.Exists(postgres)
                && Guarded(postgres, () => PostgresDatabase.HasBook(AddressIn(postgres))));
    }

    /// <summary>The connection string in a file.</summary>
    /// <exception cref="BookException">Others can read it, or it is none.</exception>
    public static string AddressIn(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
        {
            throw new BookException(
                "book-address-open", $"Others on this machine can read {path}: chmod 600 {path}");
        }

        var address = File.ReadAllText(path).Trim();
        try
        {
            if (new NpgsqlConnectionStringBuilder(address) is { Host.Length: > 0 } read)
                return read.ToString();
        }
        catch (ArgumentException)
        {
            // Told below, without what may be a password.
        }

        throw new BookException(
            "book-address",
            $"{path} has no line like 'Host=localhost;Database=book;Username=book;Password=…'.");
    }

    // What was acknowledged to a terminal, the terminal drops one day.
    private static void DemandDurable(PostgresDatabase database)
    {
        foreach (var setting in new[] { "fsync", "full_page_writes", "synchronous_commit" })
        {
            var value = database.Read(db => db.Value<string>($"SELECT current_setting('{setting}')"));
            if (value == "off")
            {
                database.Dispose();
                throw new BookException(
                    "book-not-durable", $"PostgreSQL runs with {setting} = {value}: a power cut would take "
                    + "back what terminals were told is safe.");
            }
        }
    }

    /// <summary>What a driver says becomes what people are told.</summary>
    public static T Guarded<T>(string where, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (DbException wrong)
        {
            throw new BookException(
                "book-unusable", $"The book cannot be used ({where}): {wrong.Message}", wrong);
        }
    }
}
