using System.Globalization;
using System.IO.Compression;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.World.Tests;

/// <summary>A basket as a household bought it.</summary>
internal sealed record RealPurchase(long Household, uint Store, DateTime LocalTime, Basket Basket);

/// <summary>84.51°'s Complete Journey, where it lies beside the project: every basket in the order in which
/// it was bought, articles by product and categories by department.</summary>
internal static class RealPurchases
{
    public static readonly string Folder = Path.Combine(
        Repository.Root, "..", "shared", "data", "completejourney");

    public static bool AreThere => File.Exists(Path.Combine(Folder, "transactions.csv.gz"));

    /// <summary>Households with children.</summary>
    public static IReadOnlySet<long> Parents() => Rows("demographics.csv.gz")
        .Where(row => row[7] != "0")
        .Select(row => Whole(row[0])).ToHashSet();

    public static IEnumerable<RealPurchase> Read()
    {
        var departments = Rows("products.csv.gz").ToDictionary(row => row[0], row => row[2]);
        var lines = Rows("transactions.csv.gz").GroupBy(row => row[2]);
        foreach (var basket in lines
            .OrderBy(b => b.First()[10], StringComparer.Ordinal).ThenBy(b => Whole(b.Key)))
        {
            var first = basket.First();
            yield return new RealPurchase(
                Whole(first[0]), (uint)Whole(first[1]),
                DateTime.ParseExact(first[10], "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                new Basket("USD", [.. basket.Select(row => LineOf(row, departments))]));
        }
    }

    // Some lines were sold in no quantity; a till names one piece. Tax is not told: a sixth, so that net and
    // gross differ.
    private static BasketLine LineOf(string[] row, Dictionary<string, string> departments)
    {
        var amount = (long)decimal.Round(Number(row[5]) * 100);
        return new BasketLine(
            row[3], departments.GetValueOrDefault(row[3], ""),
            Math.Max(Whole(row[4]), 1) * BasketLine.UnitMilli, amount, amount / 6);
    }

    // Round numbers are written like 4.0128e+10.
    private static long Whole(string text) => (long)Number(text);

    private static decimal Number(string text) =>
        decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    // No field of these files holds a comma within quotes but the ones we do not read, which come later.
    private static IEnumerable<string[]> Rows(string file)
    {
        using var reader = new StreamReader(
            new GZipStream(File.OpenRead(Path.Combine(Folder, file)), CompressionMode.Decompress));
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
            yield return line.Split(',');
    }

}
