using System.Globalization;
using System.Resources;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Console.Reports;
using SmartCardCrm.Server.Console.Words;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Relay;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>The console's texts: all there, in both languages, and none too many.</summary>
public sealed partial class TextsTests
{
    private static readonly Dictionary<string, string> English = Read("en");
    private static readonly Dictionary<string, string> Russian = Read("ru");

    // Families whose members are chosen by a code of the book.
    private static readonly string[] Families =
    [
        .. Family().Matches(Sources()).Select(match => match.Groups["name"].Value),
        .. ReportColumn.Families,
    ];

    [Fact]
    public void No_text_is_missing_in_either_language() =>
        Assert.Equal(English.Keys.Order(StringComparer.Ordinal), Russian.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_text_that_a_page_asks_for_is_there()
    {
        var asked = Asked();

        Assert.NotEmpty(asked);
        Assert.Equal([], asked.Except(English.Keys));
    }

    [Fact]
    public void No_text_is_kept_that_no_page_asks_for()
    {
        var asked = Asked();

        Assert.Equal(
            [], English.Keys.Where(name => !asked.Contains(name) && !Families.Contains(name.Split('.')[0])));
    }

    [Fact]
    public void Both_languages_have_the_same_places_to_fill_in() =>
        Assert.Equal([], English.Keys.Where(name => Places(English[name]) != Places(Russian[name])));

    [Fact]
    public void A_counted_noun_has_as_many_forms_as_its_language()
    {
        var nouns = English.Where(text => text.Value.Contains('|', StringComparison.Ordinal))
            .Select(text => text.Key).ToList();

        Assert.NotEmpty(nouns);
        Assert.All(nouns, name => Assert.Equal(2, English[name].Split('|').Length));
        Assert.All(nouns, name => Assert.Equal(3, Russian[name].Split('|').Length));
    }

    [Fact]
    public void Every_code_of_the_book_has_words()
    {
        string[] codes =
        [
            .. Cause.All.SelectMany(cause =>
                new[] { $"Cause.{cause}", $"CauseSays.{cause}", $"Heals.{cause}" }),
            .. ResolutionReason.All.Select(reason => $"Resolution.{reason}"),
            .. AdjustmentReason.All.Select(reason => $"Reason.{reason}"),
            .. AuditAction.All.Select(action => $"AuditAction.{action}"),
            .. BlockReason.OfBlocking.Concat(BlockReason.OfUnblocking).Concat(RetirementReason.OfReplacing)
                .Concat(RetirementReason.OfRetiring).Distinct().Select(reason => $"Reason.{reason}"),
            .. Enum.GetValues<CardStatus>().Select(status => $"CardStatus.{(int)status}"),
            .. Enum.GetValues<CardProtocol.LogKind>().Select(kind => $"Kind.{(int)kind}"),
            .. Enum.GetValues<IssueState>().Select(state => $"IssueState.{state}"),
            .. Enum.GetValues<BenchState>().Where(state => state != BenchState.Running)
                .Select(state => $"StockState.{state}"),
            .. new[] { "done", "known", "card-lost", "card-taken", "card-other-batch", "batch-full" }
                .Select(code => $"StockTurn.{code}"),
            .. new[] { "line-malformed", "uid-malformed", "number-malformed", "number-outside", "uid-twice",
                "number-twice", "uid-known", "number-known" }.Select(code => $"StockLine.{code}"),
            .. new[] { "batch-size", "origin-length", "programme-unknown", "batch-unknown", "not-a-bench",
                "bench-busy" }.Select(code => $"StockRefusal.{code}"),
            .. ReportRoom.Groups.Select(group => $"ReportGroup.{group.Name}"),
            .. ReportRoom.All.SelectMany(report =>
                new[] { $"Report.{report.Name}", $"ReportSays.{report.Name}" }),
            .. ReportRoom.All.SelectMany(report => report.Columns).Select(column => $"Column.{column}"),
            .. new[] { "proven", "inferred", Hearsay.ReadByNext, Hearsay.Seen }
                .SelectMany(proof => new[] { $"Proof.{proof}", $"ProofWhy.{proof}" }),
        ];

        Assert.Equal([], codes.Except(English.Keys));
    }

    private static HashSet<string> Asked() =>
        [.. Asking().Matches(Sources())
            .SelectMany(asking => Quoted().Matches(asking.Groups["inside"].Value))
            .Select(name => name.Groups["name"].Value)];

    private static Dictionary<string, string> Read(string language)
    {
        var culture = CultureInfo.GetCultureInfo(language);
        var texts = new ResourceManager(typeof(Texts))
            .GetResourceSet(culture, createIfNotExists: true, tryParents: language == "en")!;
        return texts.Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!, StringComparer.Ordinal);
    }

    private static string Places(string text) =>
        string.Join(' ', Place().Matches(text).Select(match => match.Value).Order(StringComparer.Ordinal));

    private static string Sources([CallerFilePath] string here = "")
    {
        var room = Path.Combine(Path.GetDirectoryName(here)!, "../../../src/Server/Console");
        return string.Join('\n', Directory.EnumerateFiles(room, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".razor" or ".cs").Select(File.ReadAllText));
    }

    // Where texts are asked for: T["Name", …], T[flag ? "One" : "Other"], T.Count("Noun", …), texts["Name"].
    [GeneratedRegex(
        @"\b(T|texts)(\[|\.Count(edList)?\(|\.Noun\()(?<inside>[^\]\)]*)",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Asking();

    [GeneratedRegex("(?<!\\$)\"(?<name>[A-Z][A-Za-z.]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex(
        """(T\.Code\("(?<name>\w+)"|\$"(?<name>[A-Z]\w+)\.\{)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Family();

    [GeneratedRegex(@"\{\d+\}", RegexOptions.None, 1000)]
    private static partial Regex Place();
}
