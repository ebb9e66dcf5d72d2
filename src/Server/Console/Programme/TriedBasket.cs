using System.Globalization;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Operator;

namespace SmartCardCrm.Server.Console.Programme;

/// <summary>A basket as somebody has typed it to try rules with. It stands in the page's address, so that
/// whoever has that tries the same.</summary>
internal sealed record TriedBasket
{
    public const int LinesMost = 10;

    private const int LinesLeast = 3;

    public string?[] Amounts { get; init; } = [];
    public string?[] Categories { get; init; } = [];
    public string?[] Skus { get; init; } = [];
    public string?[] Units { get; init; } = [];
    public string? Balance { get; init; }
    public string? Spend { get; init; }
    public string? Tier { get; init; }
    public string? Store { get; init; }
    public string? Segments { get; init; }

    /// <summary>Date and time of the store's clock; empty for now.</summary>
    public string? At { get; init; }

    /// <summary>Lines of the form: those that are filled in, and one more.</summary>
    public int Lines => Math.Clamp(Array.FindLastIndex(Amounts, IsTyped) + 2, LinesLeast, LinesMost);

    /// <summary>What is to be tried.</summary>
    /// <param name="reading">Where something is wrong, it is noted there.</param>
    public AskedPreview Read(FormReading reading)
    {
        var lines = Enumerable.Range(0, Math.Min(Amounts.Length, LinesMost)).Where(i => IsTyped(Amounts[i]))
            .Select(i => new TriedLine(
                reading.Money($"amount-{i}", Amounts[i], least: 0), Text(Skus, i), Text(Categories, i),
                IsTyped(Units.ElementAtOrDefault(i))
                    ? reading.Permille($"units-{i}", Units[i], unit: 1000, most: 100_000_000)
                    : BasketLine.UnitMilli))
            .ToList();
        if (lines.Exists(line => line.QuantityMilli == 0) && reading.IsSound)
            reading.Note($"units-{lines.FindIndex(line => line.QuantityMilli == 0)}", "units");
        return new AskedPreview(
            lines, Number(nameof(Tier), Tier, byte.MaxValue), reading.Names(nameof(Segments), Segments),
            (uint)Number(nameof(Store), Store, int.MaxValue), ReadAt(),
            Number(nameof(Balance), Balance, int.MaxValue), Number(nameof(Spend), Spend, int.MaxValue));

        int Number(string field, string? typed, int most) =>
            IsTyped(typed) ? reading.Whole(field, typed, 0, most) : 0;

        DateTime? ReadAt()
        {
            if (!IsTyped(At))
                return null;
            if (DateTime.TryParseExact(
                At, ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"], CultureInfo.InvariantCulture,
                DateTimeStyles.None, out var at))
            {
                return at;
            }

            reading.Note(nameof(At), "time");
            return null;
        }
    }

    private static string Text(string?[] texts, int i) => (texts.ElementAtOrDefault(i) ?? "").Trim();

    private static bool IsTyped(string? text) => !string.IsNullOrWhiteSpace(text);
}
