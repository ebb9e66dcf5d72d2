using SmartCardCrm.Mischief.Chain;
using SmartCardCrm.Mischief.Judge;
using SmartCardCrm.Mischief.Story;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Storage.Postgres;
using SmartCardCrm.Server.Storage.Sqlite;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.World.Tests;

namespace SmartCardCrm.Mischief;

/// <summary>A history that reaches a book out of order, twice, late, in part and forged; and whether the book
/// ends with each transaction matched, or in one exception of the right cause.</summary>
public static class MischiefRun
{
    private const int SalesOfHousehold = 12;

    /// <summary>Whether the real purchases lie beside the project.</summary>
    public static bool IsPossible => RealPurchases.AreThere;

    /// <summary>Where they are looked for.</summary>
    public static string Folder => RealPurchases.Folder;

    /// <summary>Lets it happen, and judges the book.</summary>
    /// <param name="seed">The same one, the same history.</param>
    /// <param name="sales">How many purchases, at least.</param>
    /// <param name="postgres">Where an empty PostgreSQL is; null for a SQLite file.</param>
    /// <param name="output">Is told the matrices.</param>
    /// <returns>A line for each transaction of which the book is wrong.</returns>
    public static IReadOnlyList<string> Judge(uint seed, int sales, string? postgres, TextWriter output)
    {
        var work = Directory.CreateTempSubdirectory("mischief-");
        try
        {
            using var twin = SqliteDatabase.Open(Path.Combine(work.FullName, "twin.db"));
            using var book = postgres is null
                ? SqliteDatabase.Open(Path.Combine(work.FullName, "book.db"))
                : (Database)PostgresDatabase.Open(postgres);
            using var vault = KeyVault.Holding(VaultContent.Create(
                System.Security.Cryptography.RandomNumberGenerator.Fill, TimeProvider.System.GetUtcNow()));
            var office = new Office(book, vault);
            var year = new Year(office, new Office(twin, vault), seed);
            year.Happen(Purchases(seed, sales));
            return Judge(office, year, seed, output);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static List<string> Judge(Office office, Year year, uint seed, TextWriter output)
    {
        var post = new Post(office, year, seed);
        post.Bring();
        var before = new Matrix(year.Deeds, office.Book, missingCame: false);
        output.WriteLine("what befell, and what the book says:");
        foreach (var line in before.Lines)
            output.WriteLine(line);
        post.BringMissing();
        var after = new Matrix(year.Deeds, office.Book, missingCame: true);
        output.WriteLine("once the missing part has come:");
        foreach (var line in after.Lines)
            output.WriteLine(line);
        output.WriteLine($"transactions: {year.Deeds.Count()}");
        output.WriteLine($"healed: {before.HealedIn(after)}");
        var sum = office.Book.Read(LedgerBook.Sum);
        return
        [
            .. before.Wrong, .. after.Wrong.Select(line => $"in the end, {line}"),
            .. sum == 0 ? Array.Empty<string>() : [$"the ledger sums to {sum}"],
        ];
    }

    // All that some households bought, in order.
    private static IReadOnlyList<RealPurchase> Purchases(uint seed, int sales)
    {
        var dice = Demo.Dice.For(seed, "households");
        var bought = RealPurchases.Read().ToLookup(purchase => purchase.Household);
        return
        [
            .. bought.OrderBy(_ => dice.Next())
                .SelectMany(household => household.Take(SalesOfHousehold)).Take(sales)
                .OrderBy(purchase => purchase.LocalTime),
        ];
    }
}
