using System.Globalization;
using System.Text;

namespace SmartCardCrm.Server.Reports;

/// <summary>Comma-separated values, RFC 4180: lines end with CR LF, and text that begins as a formula does is
/// kept from being one in a spreadsheet by an apostrophe before it.</summary>
internal static class Csv
{
    private const string BeginsFormula = "=+-@\t\r";

    public static string Of(ReportTable table)
    {
        var text = new StringBuilder();
        Line(text, table.Columns);
        foreach (var row in table.Rows)
            Line(text, row);
        return text.ToString();
    }

    private static void Line(StringBuilder text, IReadOnlyList<object?> cells) =>
        text.AppendJoin(',', cells.Select(Cell)).Append("\r\n");

    private static string Cell(object? cell) => cell switch
    {
        null => "",
        string words => Quoted(words.Length > 0 && BeginsFormula.Contains(words[0]) ? $"'{words}" : words),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"A report has no cells of {cell.GetType()}.", nameof(cell)),
    };

    private static string Quoted(string words) =>
        words.AsSpan().ContainsAny(",\"\r\n")
            ? $"\"{words.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : words;
}
