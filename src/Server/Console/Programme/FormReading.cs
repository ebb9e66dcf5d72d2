using System.Globalization;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Server.Console.Programme;

/// <summary>What is wrong with one field.</summary>
/// <param name="Code">Stable; its words take <paramref name="Values"/>.</param>
internal sealed record FieldFault(string Code, params object[] Values);

/// <summary>The fields of a form that say which goods, names one on each line.</summary>
internal interface IGoodsFields
{
    string? Categories { get; }
    string? Skus { get; }
    string? NotCategories { get; }
    string? NotSkus { get; }
}

/// <summary>Reads what somebody has typed, in his language's way, and notes field by field what is
/// wrong.</summary>
/// <param name="minorPerUnit">Minor units in one of money.</param>
internal sealed class FormReading(int minorPerUnit)
{
    private const NumberStyles Plain =
        NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;

    private readonly Dictionary<string, FieldFault> _faults = new(StringComparer.Ordinal);

    public bool IsSound => _faults.Count == 0;

    public FieldFault? FaultOf(string field) => _faults.GetValueOrDefault(field);

    public void Note(string field, string code, params object[] values) =>
        _faults.TryAdd(field, new FieldFault(code, values));

    /// <returns>Nothing where it is none of those numbers.</returns>
    public int Whole(string field, string? typed, int least, int most)
    {
        if (int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return number;
        }

        Note(field, "whole", Words.Figures.Whole(least), Words.Figures.Whole(most));
        return 0;
    }

    /// <summary>An amount of money; where nothing is typed, the least.</summary>
    /// <returns>Minor units.</returns>
    public int Money(string field, string? typed, int least) =>
        Scaled(field, string.IsNullOrWhiteSpace(typed) && least == 0 ? "0" : typed, minorPerUnit, least,
            int.MaxValue, "money");

    /// <summary>A factor, or a share, in thousandths.</summary>
    /// <param name="unit">Thousandths of one: 1000, or 10 for per cent.</param>
    public int Permille(string field, string? typed, int unit, int most) =>
        Scaled(field, typed, unit, 0, most, unit == 10 ? "percent" : "factor");

    /// <summary>Names, one on each line.</summary>
    public IReadOnlyList<string> Names(string field, string? typed)
    {
        string[] names = [.. (typed ?? "").Split('\n', Trimmed).Distinct(StringComparer.Ordinal)];
        if (names.Any(name => name.Length > Basket.NameMost))
            Note(field, "name", Basket.NameMost);
        return names;
    }

    /// <summary>Which goods; null for all, where none are named or left out.</summary>
    public LineFilter? Goods(IGoodsFields form)
    {
        var on = new LineFilter
        {
            Categories = Names(nameof(form.Categories), form.Categories),
            Skus = Names(nameof(form.Skus), form.Skus),
            NotCategories = Names(nameof(form.NotCategories), form.NotCategories),
            NotSkus = Names(nameof(form.NotSkus), form.NotSkus),
        };
        return on.Categories.Count + on.Skus.Count + on.NotCategories.Count + on.NotSkus.Count > 0
            ? on
            : null;
    }

    /// <summary>Numbers of stores, with commas or spaces between.</summary>
    public IReadOnlyList<uint> Stores(string field, string? typed)
    {
        var stores = new List<uint>();
        foreach (var word in (typed ?? "").Split([',', ' ', '\n'], Trimmed))
        {
            if (uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var store))
                stores.Add(store);
            else
                Note(field, "stores", word);
        }

        return stores;
    }

    public DateOnly? Day(string field, string? typed)
    {
        if (string.IsNullOrWhiteSpace(typed))
            return null;
        if (DateOnly.TryParseExact(
            typed, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return day;
        }

        Note(field, "day");
        return null;
    }

    public TimeOnly Clock(string field, string? typed)
    {
        var time = TimeOnly.MinValue;
        if (!string.IsNullOrWhiteSpace(typed) && !TimeOnly.TryParseExact(
            typed, ["HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out time))
        {
            Note(field, "time");
        }

        return time;
    }

    /// <summary>An amount as it is typed; nothing for none.</summary>
    public static string Typed(long minor, int unit) => minor == 0
        ? ""
        : ((decimal)minor / unit).ToString("0.#########", CultureInfo.CurrentCulture);

    private const StringSplitOptions Trimmed =
        StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;

    // A comma and a point mean the same: nobody types thousands apart.
    private int Scaled(string field, string? typed, int unit, int least, int most, string code)
    {
        if (decimal.TryParse(
            typed?.Replace(',', '.'), Plain, CultureInfo.InvariantCulture, out var number)
            && number <= int.MaxValue && decimal.IsInteger(number * unit)
            && number * unit >= least && number * unit <= most)
        {
            return (int)(number * unit);
        }

        Note(field, code, Typed(least, unit) is { Length: > 0 } bound ? bound : "0", Typed(most, unit));
        return 0;
    }
}
