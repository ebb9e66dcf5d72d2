using System.Globalization;

namespace SmartCardCrm.World;

/// <summary>One of equal parts of a long list: every Nth, from the Kth on.</summary>
/// <param name="Number">K, 1 to <paramref name="Count"/>.</param>
/// <param name="Count">N, 1 or more.</param>
internal sealed record Part(int Number, int Count)
{
    public static readonly Part Whole = new(1, 1);

    /// <summary>Reads K/N; null where that is none.</summary>
    public static Part? TryParse(string text) =>
        text.Split('/') is [var number, var count]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var k)
            && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            && k >= 1 && k <= n
            ? new Part(k, n)
            : null;

    /// <summary>What belongs to it.</summary>
    public IEnumerable<T> Among<T>(IEnumerable<T> all) => all.Where((_, at) => at % Count == Number - 1);
}
