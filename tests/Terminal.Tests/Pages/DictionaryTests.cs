using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using SmartCardCrm.Terminal.Pages;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Pages;

/// <summary>What the counter's pages say themselves, in both languages.</summary>
public sealed partial class DictionaryTests(Browser browser) : IClassFixture<Browser>
{
    private static readonly string[] Counted = ["queue", "doubts", "uses", "pointsOf"];

    [Fact]
    public async Task Every_word_is_used_and_is_there_in_both_languages()
    {
        await using var counter = await Counter.OpenAsync(browser);
        var page = (await counter.LookAsync("/counter")).Page;

        var words = JsonElement.Parse(await page.EvaluateAsync<string>(
            "import('/counter/dictionary.js').then(module => JSON.stringify(module.dictionary))"))
            .EnumerateObject().ToList();

        var pages = string.Join('\n', BrowserPages.Files.Where(IsOurs).Select(Read));
        var used = Use().Matches(pages).Select(match => match.Groups["word"].Value)
            .Concat(Names(typeof(CheckoutState), "state", JsonNamingPolicy.SnakeCaseLower))
            .Concat(Names(typeof(Order), "kind", JsonNamingPolicy.KebabCaseLower)).ToHashSet();
        Assert.Empty(used.Except(words.Select(word => word.Name)));
        Assert.All(
            words.Select(word => word.Name).Except(used),
            name => Assert.Contains($"\"{name}\"", pages, StringComparison.Ordinal));
        foreach (var (name, (english, russian)) in words.Select(word => (word.Name, Languages(word.Value))))
        {
            Assert.Equal(Counted.Contains(name) ? (2, 3) : (1, 1), (english.Count, russian.Count));
            Assert.All(english, text => Assert.DoesNotMatch(Cyrillic(), text));
            Assert.All(russian, text => Assert.Matches(Cyrillic(), text));
        }
    }

    private static bool IsOurs(PageFile file) =>
        !file.IsSwaggerUi && !file.Resource.EndsWith("dictionary.js", StringComparison.Ordinal);

    private static string Read(PageFile file)
    {
        using var text = new StreamReader(file.Open());
        return text.ReadToEnd();
    }

    private static IEnumerable<string> Names(Type choice, string prefix, JsonNamingPolicy policy) =>
        choice.GetNestedTypes(BindingFlags.Public).Select(one => $"{prefix}.{policy.ConvertName(one.Name)}");

    private static (List<string> English, List<string> Russian) Languages(JsonElement word) =>
        (Forms(word[0]), Forms(word[1]));

    private static List<string> Forms(JsonElement text) => text.ValueKind == JsonValueKind.Array
        ? [.. text.EnumerateArray().Select(form => form.ToString())]
        : [text.ToString()];

    [GeneratedRegex(
        """data-(word|word-label|title)="(?<word>\w+)"|\.(of|count|noun)\("(?<word>\w+)"[,)]""",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Use();

    [GeneratedRegex("[А-Яа-яЁё]", RegexOptions.None, 1000)]
    private static partial Regex Cyrillic();
}
