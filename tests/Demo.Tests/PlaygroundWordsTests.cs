using System.Text.RegularExpressions;
using SmartCardCrm.Demo.Playground;
using SmartCardCrm.Demo.Rack;

namespace SmartCardCrm.Demo.Tests;

/// <summary>What the playground says of bytes, journal and everything else.</summary>
public sealed partial class PlaygroundWordsTests
{
    private const string SecondPart = "its second part";

    private static readonly string[] Counted = ["pointsOf", "queue"];

    public static TheoryData<string> Taps =>
        ["earn", "redeem", "earn-and-redeem", "settle", "identify", "visit", "read-log"];

    [Theory]
    [MemberData(nameof(Taps))]
    public void Every_exchange_of_a_tap_has_the_name_that_its_golden_transcript_gives_it(string transcript)
    {
        var lines = File.ReadAllLines(
            Path.Combine(AppContext.BaseDirectory, "transcripts", $"{transcript}.txt"));
        Exchange? before = null;
        foreach (var (title, command, answer) in lines.Chunk(3).Select(said => (said[0], said[1], said[2])))
        {
            var exchange = Exchange.Of(new RackExchange(Hex(command), Hex(answer)), before);

            var name = title[2..] == SecondPart ? "AuthenticateSecondPart" : title[2..];
            Assert.Equal(name, exchange.Command);
            Assert.Equal(answer.EndsWith("91 AF", StringComparison.Ordinal) ? "more" : "ok", exchange.Status);
            before = exchange;
        }
    }

    [Theory]
    [InlineData("90AB00000F0400000001000038", "9100", "ReadRecords", 4, "ok")]
    [InlineData("90C7000009", null, "CommitTransaction", null, "none")]
    [InlineData("906C00000903AF1FBE462E5DA5B200", "91AE", "GetValue", 3, "authentication-error")]
    [InlineData("90AF000000", "9100", "AdditionalFrame", null, "ok")]
    [InlineData("90FE000000", "911C", "Unknown", null, "other")]
    [InlineData("00A4040000", "6A82", "Unknown", null, "other")]
    [InlineData("60", "00", "Unknown", null, "other")]
    public void An_exchange_is_told_without_any_key(
        string command, string? answer, string name, int? file, string status)
    {
        var exchange = Exchange.Of(new RackExchange(command, answer), before: null);

        Assert.Equal(new Exchange(name, file, status, command, answer), exchange);
    }

    [Fact]
    public void Every_word_that_is_used_is_there_in_both_languages_and_no_other()
    {
        var dictionary = Words();
        var pages = string.Join('\n', PageFile.All.Where(file => !IsDictionary(file)).Select(Read));
        var used = Use().Matches(pages).Select(match => match.Groups["word"].Value)
            .Concat(Exchange.AllCommands.Select(command => $"command.{command}"))
            .Concat(Exchange.AllStatuses.Select(status => $"status.{status}"))
            .Concat(JournalWindow.AllKinds.Select(kind => $"entry.{kind}")).ToHashSet(StringComparer.Ordinal);

        Assert.Empty(used.Except(dictionary.Select(word => word.Name)));
        Assert.All(
            dictionary.Select(word => word.Name).Except(used),
            name => Assert.True(
                pages.Contains($"\"{name}\"", StringComparison.Ordinal)
                || pages.Contains($"`{name.Split('.')[0]}.${{", StringComparison.Ordinal), name));
        foreach (var (name, texts) in dictionary)
        {
            Assert.Equal(Counted.Contains(name) ? 5 : 2, texts.Count);
            var english = Counted.Contains(name) ? 2 : 1;
            Assert.All(texts.Take(english), text => Assert.DoesNotMatch(Cyrillic(), text));
            Assert.All(texts.Skip(english), text => Assert.Matches(Cyrillic(), text));
        }
    }

    private static string Hex(string line) => line[2..].Replace(" ", "", StringComparison.Ordinal);

    private static bool IsDictionary(PageFile file) => file.Name is "dictionary.js" or "chip-words.js";

    private static List<(string Name, List<string> Texts)> Words() =>
    [
        .. PageFile.All.Where(IsDictionary).SelectMany(file => Entry().Matches(Read(file)))
            .Select(entry => (
                entry.Groups["name"].Value,
                Text().Matches(entry.Groups["texts"].Value).Select(text => text.Value).ToList())),
    ];

    private static string Read(PageFile file)
    {
        using var text = new StreamReader(file.Open());
        return text.ReadToEnd();
    }

    [GeneratedRegex(
        """data-(word|word-label|title)="(?<word>\w+)"|\.(of|count|noun)\("(?<word>\w+)"[,)]""",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Use();

    [GeneratedRegex(
        """^  "?(?<name>[\w.@-]+)"?: (?<texts>\[.*?\]),$""",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.Singleline, 1000)]
    private static partial Regex Entry();

    [GeneratedRegex("\"[^\"]*\"", RegexOptions.None, 1000)]
    private static partial Regex Text();

    [GeneratedRegex("[А-Яа-яЁё]", RegexOptions.None, 1000)]
    private static partial Regex Cyrillic();
}
