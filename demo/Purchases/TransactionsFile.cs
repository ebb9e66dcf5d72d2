using System.Globalization;
using System.IO.Compression;

namespace SmartCardCrm.Demo.Purchases;

/// <summary>
/// Reads purchases as "The Complete Journey" publishes them: comma-separated, a heading line, one line per
/// product; lines of one basket_id are one checkout. No field is quoted; a quote is an error, not a guess.
/// </summary>
internal static class TransactionsFile
{
    private const string TimeInFile = "yyyy-MM-dd HH:mm:ss";
    private const string TimeAtTill = "yyyy-MM-ddTHH:mm:ss";

    /// <summary>All baskets, in the order in which the file first names them.</summary>
    /// <param name="path">Plain text, or gzip when it ends in .gz.</param>
    /// <exception cref="FormatException">A line is not of this shape; the message names it.</exception>
    public static IReadOnlyList<Basket> Read(string path)
    {
        using var file = File.OpenRead(path);
        using Stream content = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(content);
        return Read(reader);
    }

    /// <inheritdoc cref="Read(string)"/>
    public static IReadOnlyList<Basket> Read(TextReader reader)
    {
        var columns =
            Columns.FromHeading(reader.ReadLine() ?? throw new FormatException("The file is empty."));
        return [.. Lines(reader, columns).GroupBy(line => line.Basket, StringComparer.Ordinal)
            .Select(ToBasket)];
    }

    private static IEnumerable<Line> Lines(TextReader reader, Columns columns)
    {
        for (var number = 2; reader.ReadLine() is { } text; number++)
        {
            if (text.Length > 0)
                yield return columns.Parse(text, number);
        }
    }

    // The values carry the noise of binary fractions (4.44e-16 for nothing): they are added up first, then
    // rounded.
    private static Basket ToBasket(IGrouping<string, Line> lines)
    {
        var first = lines.First();
        if (lines.Any(line => line.Household != first.Household || line.Store != first.Store))
            throw new FormatException($"Basket {first.Basket} belongs to two households or stores.");
        var cents = Math.Round(lines.Sum(line => line.Value) * 100, MidpointRounding.AwayFromZero);
        return new Basket(first.Basket, first.Household, first.Store, first.SoldAt, (long)cents);
    }

    private sealed record Line(string Basket, int Household, int Store, decimal Value, string SoldAt);

    private sealed record Columns(int Count, int Household, int Store, int Basket, int Value, int Time)
    {
        public static Columns FromHeading(string heading)
        {
            var names = heading.Split(',').ToList();
            return new Columns(
                names.Count, Find("household_id"), Find("store_id"), Find("basket_id"), Find("sales_value"),
                Find("transaction_timestamp"));

            int Find(string name) => names.IndexOf(name) is >= 0 and var at
                ? at : throw new FormatException($"The heading line names no {name}.");
        }

        public Line Parse(string text, int number)
        {
            var fields = text.Split(',');
            if (fields.Length != Count || text.Contains('"', StringComparison.Ordinal))
                throw new FormatException($"Line {number} does not have {Count} plain fields.");
            try
            {
                var time = DateTime.ParseExact(fields[Time], TimeInFile, CultureInfo.InvariantCulture);
                return new Line(
                    fields[Basket], Whole(fields[Household]), Whole(fields[Store]),
                    decimal.Parse(fields[Value], NumberStyles.Float, CultureInfo.InvariantCulture),
                    time.ToString(TimeAtTill, CultureInfo.InvariantCulture));
            }
            catch (FormatException wrong)
            {
                throw new FormatException($"Line {number}: {wrong.Message}", wrong);
            }
        }

        private static int Whole(string field) =>
            int.Parse(field, NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
