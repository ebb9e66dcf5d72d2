using System.Text;

namespace SmartCardCrm.Server.Openings;

/// <summary>Reads comma-separated values, RFC 4180: cells may stand in quotes, a line of the file then in
/// several.</summary>
internal static class CsvLines
{
    /// <summary>The cells of each line with the number of the line on which it begins; empty ones are left
    /// out. Null in place of its cells where quotes are not closed, or stand within a cell.</summary>
    public static IEnumerable<(int Line, IReadOnlyList<string>? Cells)> Of(string text)
    {
        var (at, line) = (0, 1);
        while (at < text.Length)
        {
            var begin = line;
            var cells = Read(text, ref at, ref line);
            if (cells is not [""])
                yield return (begin, cells);
        }
    }

    private static List<string>? Read(string text, ref int at, ref int line)
    {
        var cells = new List<string>();
        while (true)
        {
            var cell = at < text.Length && text[at] == '"'
                ? Quoted(text, ref at, ref line)
                : Plain(text, ref at);
            if (cell is null || (at < text.Length && text[at] is not (',' or '\r' or '\n')))
            {
                at = text.Length;
                return null;
            }

            cells.Add(cell);
            if (at < text.Length && text[at] == ',')
            {
                at++;
                continue;
            }

            at += at < text.Length && text[at] == '\r' ? 1 : 0;
            at += at < text.Length && text[at] == '\n' ? 1 : 0;
            line++;
            return cells;
        }
    }

    private static string Plain(string text, ref int at)
    {
        var end = text.AsSpan(at).IndexOfAny(",\r\n\"") is var rest and >= 0 ? at + rest : text.Length;
        var cell = text[at..end];
        at = end;
        return cell.Trim();
    }

    private static string? Quoted(string text, ref int at, ref int line)
    {
        var cell = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '"' && at + 1 < text.Length && text[at + 1] == '"')
                at++;
            else if (text[at] == '"')
            {
                at++;
                return cell.ToString().Trim();
            }

            line += text[at] == '\n' ? 1 : 0;
            cell.Append(text[at]);
        }

        return null;
    }
}
