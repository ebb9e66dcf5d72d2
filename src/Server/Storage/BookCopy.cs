using SmartCardCrm.Server.Storage.Postgres;
using SmartCardCrm.Server.Storage.Sqlite;

namespace SmartCardCrm.Server.Storage;

/// <summary>A book in a file, whichever engine it came from; it goes back to the same one.</summary>
internal static class BookCopy
{
    /// <summary>What a copy of a book on PostgreSQL is called; one of SQLite is a book itself.</summary>
    public const string DumpFile = "book.pgdump";

    /// <summary>Copies the book of a data folder while a server may be at work on it.</summary>
    /// <param name="folder">The server's data folder.</param>
    /// <param name="to">A folder; the copy is a new file in it.</param>
    /// <returns>The copy's name.</returns>
    /// <exception cref="BookException">There is no book, or it cannot be copied.</exception>
    public static string Write(string folder, string to)
    {
        var postgres = Path.Combine(folder, BookHome.PostgresFile);
        if (File.Exists(postgres))
        {
            PostgresTools.Dump(BookHome.AddressIn(postgres), Path.Combine(to, DumpFile));
            return DumpFile;
        }

        var sqlite = Path.Combine(folder, BookHome.SqliteFile);
        if (!File.Exists(sqlite))
            throw new BookException("book-absent", $"There is no book in {folder}.");
        BookHome.Guarded(sqlite, () =>
        {
            SqliteCopy.Write(sqlite, Path.Combine(to, BookHome.SqliteFile));
            return true;
        });
        return BookHome.SqliteFile;
    }

    /// <summary>Puts a copy where the data folder has its book.</summary>
    /// <param name="copy">The file.</param>
    /// <param name="folder">A data folder without a book; where the copy is of PostgreSQL, its file leads to
    /// an empty database.</param>
    /// <exception cref="BookException">There is a book already, the engines differ, or it cannot be
    /// written.</exception>
    public static void Restore(string copy, string folder)
    {
        var (sqlite, postgres) = (
            Path.Combine(folder, BookHome.SqliteFile), Path.Combine(folder, BookHome.PostgresFile));
        var isDump = Path.GetFileName(copy) == DumpFile;
        if (File.Exists(sqlite))
            throw new BookException("book-present", $"{sqlite} is there already: restore into a new folder.");
        if (isDump != File.Exists(postgres))
        {
            throw new BookException("book-engine", isDump
                ? $"The copy is of PostgreSQL: put the address of an empty database into {postgres} first."
                : $"The copy is of SQLite, and {postgres} leads to PostgreSQL.");
        }

        if (!isDump)
        {
            File.Copy(copy, sqlite);
            return;
        }

        if (BookHome.HasBook(folder))
            throw new BookException("book-present", $"The database of {postgres} has a book already.");
        PostgresTools.Restore(BookHome.AddressIn(postgres), copy);
    }
}
