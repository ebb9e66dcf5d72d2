namespace SmartCardCrm.Terminal.Receipts;

/// <summary>
/// A receipt as plain text, for a printer of 58 or 80 mm. No line is longer than the paper is wide, and there
/// are no characters but ASCII and the Russian letters: every code page of such printers that has Russian has
/// them.
/// </summary>
internal static class Paper
{
    public const int WidthLeast = 24;
    public const int WidthMost = 80;

    /// <summary>Of 58 mm paper.</summary>
    public const int WidthUsual = 32;

    private const string Indent = "  ";

    /// <param name="width">Characters in a line, within the limits above.</param>
    /// <returns>Each line ends in a line feed.</returns>
    public static string Print(Receipt receipt, int width) =>
        string.Concat(receipt.Lines.SelectMany(line => Print(line, width)).Select(line => $"{line}\n"));

    private static IEnumerable<string> Print(ReceiptLine line, int width)
    {
        var indent = line.IsPart ? Indent : "";
        var label = Wrap(line.Label, width - indent.Length).Select(part => Printable($"{indent}{part}"));
        if (line.Kind == ReceiptLineKind.Title)
            return [.. label, new string('-', width)];
        if (line.Value is null)
            return label;

        var left = label.ToList();
        var right = Wrap(line.Value, width).Select(Printable).ToList();
        if (left.Count > 1 || right.Count > 1 || left[0].Length + 1 + right[0].Length > width)
            return [.. left, .. right.Select(part => part.PadLeft(width))];
        return [left[0] + right[0].PadLeft(width - left[0].Length)];
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' ').SelectMany(word => Cut(word, width)))
        {
            if (line.Length > 0 && line.Length + 1 + Printable(word).Length > width)
            {
                yield return line;
                line = word;
            }
            else
            {
                line = line.Length > 0 ? $"{line} {word}" : word;
            }
        }

        yield return line;
    }

    // What is longer than a line, an id, is cut after a hyphen where it has one.
    private static IEnumerable<string> Cut(string word, int width)
    {
        var rest = Printable(word);
        if (rest.Length <= width)
            return [word];
        var at = rest.LastIndexOf('-', width - 1) + 1;
        var cut = at > 0 ? at : width;
        return [rest[..cut], .. Cut(rest[cut..], width)];
    }

    // A space that does not break keeps an amount and its currency together until here.
    private static string Printable(string text) => text
        .Replace('\u00A0', ' ').Replace('\u202F', ' ').Replace('\u2212', '-')
        .Replace("\u2026", "...", StringComparison.Ordinal);
}
