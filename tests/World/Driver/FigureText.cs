using System.Globalization;

namespace SmartCardCrm.World;

/// <summary>Figures as they are printed, the same in every culture.</summary>
internal static class FigureText
{
    /// <summary>As in <c>flip 2, tear 12</c>; <c>none</c> where nothing struck.</summary>
    public static string Counts(IReadOnlyDictionary<string, long> counts)
    {
        var struck = counts.Where(count => count.Value > 0)
            .OrderBy(count => count.Key, StringComparer.Ordinal)
            .Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Key} {count.Value}"));
        return string.Join(", ", struck) is { Length: > 0 } text ? text : "none";
    }

    /// <summary>Rounded down: 100.0 % means all.</summary>
    public static string Coverage(IEnumerable<string> visited, IReadOnlyCollection<string> cells)
    {
        var covered = visited.Intersect(cells, StringComparer.Ordinal).Count();
        var tenths = cells.Count == 0 ? 0 : covered * 1000L / cells.Count;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"coverage: {tenths / 10.0:F1}% ({covered} of {cells.Count} cells)");
    }
}
