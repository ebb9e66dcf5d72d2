using System.Globalization;

namespace SmartCardCrm.World;

/// <summary>The coverage matrix as people read it: a line for each place of each operation, then what is no
/// cell.</summary>
internal static class CoverageTable
{
    private const int NamedMost = 3;

    public static IEnumerable<string> Of(IReadOnlySet<string> visited)
    {
        yield return "";
        yield return "operation  place              visited    not visited";
        foreach (var row in CoverageMatrix.Rows)
            yield return Line(row, [.. row.Cells.Where(cell => !visited.Contains(cell))]);
        yield return "";
        yield return "no cells:";
        foreach (var reason in CoverageMatrix.Excluded)
            yield return $"- {reason}";
    }

    private static string Line(CoverageRow row, IReadOnlyList<string> missing)
    {
        var where = $"{row.Operation} {row.Place} ".Length;
        var named = missing.Take(NamedMost).Select(cell => cell[where..]);
        var more = missing.Count > NamedMost ? $", and {missing.Count - NamedMost} more" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Operation,-9}  {row.Place,-17}  "
                + $"{row.Cells.Count - missing.Count,3} of {row.Cells.Count,2}  "
                + $"{string.Join(", ", named)}{more}").TrimEnd();
    }
}
