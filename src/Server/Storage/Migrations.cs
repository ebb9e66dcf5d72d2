using System.Globalization;

namespace SmartCardCrm.Server.Storage;

/// <summary>
/// Brings a database to the newest shape: the numbered SQL files of the folder Migrations, embedded in this
/// assembly,
/// each run once, in order, in the same transaction that notes it as done.
/// </summary>
internal static class Migrations
{
    private const string Folder = "SmartCardCrm.Server.Storage.Migrations.";

    /// <exception cref="BookException">A newer release made the database.</exception>
    public static void Run(Database database) =>
        database.Write(db =>
        {
            db.Run("CREATE TABLE IF NOT EXISTS migration (number bigint PRIMARY KEY, name text NOT NULL)");
            var taken = db.List<long>("SELECT number FROM migration").ToHashSet();
            if (taken.Any(number => number > NumberOf(Names().Last())))
            {
                throw new BookException(
                    "book-newer", $"The book is of a newer release, with {taken.Max()} migrations; "
                    + "install that release.");
            }

            foreach (var name in Names().Where(name => !taken.Contains(NumberOf(name))))
            {
                db.Run(Text(name).Replace("{bytes}", database.BytesType, StringComparison.Ordinal));
                db.Run(
                    "INSERT INTO migration (number, name) VALUES (@Number, @Name)",
                    new { Number = NumberOf(name), Name = name[Folder.Length..] });
            }
        });

    private static IEnumerable<string> Names() =>
        typeof(Migrations).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    // "0001-book.sql" is number 1.
    private static long NumberOf(string name) =>
        long.Parse(name.AsSpan(Folder.Length, 4), CultureInfo.InvariantCulture);

    private static string Text(string name)
    {
        using var reader = new StreamReader(typeof(Migrations).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
