using System.Text.RegularExpressions;

namespace SmartCardCrm.Architecture.Tests;

/// <summary>The house style, as far as a machine can see it.</summary>
public sealed partial class LayoutTests
{
    private const int LinesMost = 400;
    private const int ColumnsMost = 110;
    private const int RootEntriesMost = 18;

    private static readonly string[] EmptyWords =
        ["Services", "Helpers", "Utils", "Common", "Models", "Interfaces", "Managers", "Misc"];

    [Fact]
    public void A_file_has_at_most_400_lines() =>
        None(Tree.Sources.Where(f => Tree.Lines(f).Length > LinesMost));

    [Fact]
    public void A_line_has_at_most_110_columns() =>
        None(Tree.Sources.Where(f => f.EndsWith(".cs", StringComparison.Ordinal))
            .SelectMany(f => Tree.Lines(f).Select((line, i) => (line, At: $"{f}:{i + 1}")))
            .Where(l => l.line.Length > ColumnsMost).Select(l => l.At));

    // The rest of the style is the compiler's to check, and the formatter's.
    [Fact]
    public void Usings_are_sorted_with_System_first() =>
        None(Tree.Sources.Where(f => f.EndsWith(".cs", StringComparison.Ordinal)).Where(f =>
        {
            var names = Tree.Lines(f).Select(l => Using().Match(l)).Where(m => m.Success)
                .Select(m => m.Groups["name"].Value).ToList();
            return !names.SequenceEqual(names
                .OrderBy(name => !IsSystem(name)).ThenBy(name => name, StringComparer.OrdinalIgnoreCase));
        }));

    [Fact]
    public void A_folder_says_what_is_in_it() =>
        None(Tree.Files.Where(f => f.Split('/').Intersect(EmptyWords, StringComparer.Ordinal).Any()));

    [Fact]
    public void A_type_is_named_by_the_trade() =>
        None(Tree.Sources.SelectMany(f => Tree.Lines(f).Select(l => EmptySuffix().Match(l)))
            .Where(m => m.Success).Select(m => m.Groups["name"].Value)
            .Where(name => name is not ("ReadData" or "WriteData")));

    [Fact]
    public void The_root_stays_small()
    {
        var entries = Tree.Files.Select(f => f.Split('/')[0]).Distinct(StringComparer.Ordinal).ToList();

        Assert.InRange(entries.Count, 1, RootEntriesMost);
    }

    [Fact]
    public void Nothing_is_left_for_later() =>
        None(Tree.Files.Where(IsText)
            .Where(f => !f.StartsWith("tests/Architecture.Tests/", StringComparison.Ordinal))
            .SelectMany(f => Tree.Lines(f).Select((line, i) => (line, At: $"{f}:{i + 1}")))
            .Where(l => LeftForLater().IsMatch(l.line)).Select(l => l.At));

    [Fact]
    public void A_silenced_warning_says_why() =>
        None(Tree.Sources.SelectMany(f => Tree.Lines(f).Select((line, i) => (line, At: $"{f}:{i + 1}")))
            .Where(l => SilencedBare().IsMatch(l.line)).Select(l => l.At));

    private static void None(IEnumerable<string> breaches)
    {
        var places = string.Join('\n', breaches);
        Assert.True(places.Length == 0, places);
    }

    private static bool IsSystem(string name) => (name + '.').StartsWith("System.", StringComparison.Ordinal);

    private static bool IsText(string file) => Path.GetExtension(file)
        is ".cs" or ".razor" or ".sh" or ".md" or ".proto" or ".csproj" or ".props" or ".py" or ".js";

    [GeneratedRegex(
        @"\b(class|record|struct|enum)\s+(?<name>\w+(Manager|Helper|Data|Info|Processor|Utils))\b",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EmptySuffix();

    [GeneratedRegex(@"^using (?<name>[\w.]+);$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Using();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LeftForLater();

    [GeneratedRegex(@"^\s*#pragma warning disable \w+\s*$", RegexOptions.None, 1000)]
    private static partial Regex SilencedBare();
}
