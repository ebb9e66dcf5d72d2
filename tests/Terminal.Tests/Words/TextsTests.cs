using System.Collections;
using System.Globalization;
using System.Resources;
using System.Text.Json;
using System.Text.RegularExpressions;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Terminal.Doctor;
using SmartCardCrm.Terminal.Words;

namespace SmartCardCrm.Terminal.Tests.Words;

/// <summary>The terminal's texts: one for cashier and customer for every code, in both languages.</summary>
public sealed partial class TextsTests
{
    private static readonly Dictionary<string, string> English = Read("en");
    private static readonly Dictionary<string, string> Russian = Read("ru");

    // A state whose reason is told instead has no words of its own.
    private static readonly Type[] ToldByReason =
        [typeof(CheckoutState.PresentAgain), typeof(CheckoutState.Declined)];

    [Fact]
    public void Every_code_is_told_to_cashier_and_customer_in_both_languages()
    {
        var names = Codes().SelectMany(code => new[] { $"{code}.cashier", $"{code}.customer" }).ToList();

        Assert.Equal([], names.Except(English.Keys));
        Assert.Equal([], names.Except(Russian.Keys));
    }

    [Fact]
    public void No_code_is_told_of_that_nothing_says()
    {
        var told = English.Keys.Where(name => Audience().IsMatch(name))
            .Select(name => Audience().Replace(name, "")).Distinct();

        Assert.Equal([], told.Where(IsCode).Except(Codes()));
    }

    [Fact]
    public void No_text_is_missing_in_either_language() =>
        Assert.Equal(English.Keys.Order(StringComparer.Ordinal), Russian.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Both_languages_have_the_same_places_to_fill_in() =>
        Assert.Equal([], English.Keys.Where(name => Places(English[name]) != Places(Russian[name])));

    [Fact]
    public void A_Russian_text_is_written_in_Russian() =>
        Assert.Equal([], Russian.Where(text => !Cyrillic().IsMatch(text.Value)).Select(text => text.Key)
            .Except(["Receipt.date"]));

    [Fact]
    public void The_customer_is_told_nothing_that_bystanders_should_not_hear() =>
        Assert.Equal([], English.Concat(Russian).Where(text => text.Key.EndsWith(".customer", Exactly))
            .Select(text => text.Value).Where(text => Indiscreet().IsMatch(text)));

    [Fact]
    public void A_counted_noun_has_as_many_forms_as_its_language()
    {
        var nouns = English.Where(text => text.Value.Contains('|', Exactly)).Select(text => text.Key)
            .ToList();

        Assert.NotEmpty(nouns);
        Assert.All(nouns, name => Assert.Equal(2, English[name].Split('|').Length));
        Assert.All(nouns, name => Assert.Equal(3, Russian[name].Split('|').Length));
    }

    [Theory]
    [InlineData(0, "баллов", "points")]
    [InlineData(1, "балл", "point")]
    [InlineData(2, "балла", "points")]
    [InlineData(5, "баллов", "points")]
    [InlineData(11, "баллов", "points")]
    [InlineData(12, "баллов", "points")]
    [InlineData(14, "баллов", "points")]
    [InlineData(21, "балл", "points")]
    [InlineData(22, "балла", "points")]
    [InlineData(111, "баллов", "points")]
    [InlineData(1_000_003, "балла", "points")]
    [InlineData(-1, "балл", "point")]
    public void Points_are_counted_as_the_language_does(long number, string russian, string english)
    {
        Assert.Equal(russian, Plural.Pick(Russian["Points"], number, Texts.Russian.Language));
        Assert.Equal(english, Plural.Pick(English["Points"], number, Texts.English.Language));
    }

    private const StringComparison Exactly = StringComparison.Ordinal;

    private static bool IsCode(string name) =>
        name.Split('.')[0] is "State" or "Retry" or "Decline" or "Limit" or "Stop";

    private static IEnumerable<string> Codes() =>
    [
        .. typeof(CheckoutState).GetNestedTypes().Except(ToldByReason)
            .Select(state => $"State.{JsonNamingPolicy.SnakeCaseLower.ConvertName(state.Name)}"),
        .. typeof(RetryCode).GetFields().Select(code => $"Retry.{code.GetRawConstantValue()}"),
        .. Enum.GetValues<DeclineReason>().Select(reason => $"Decline.{Told.CodeOf(reason)}"),
        .. Enum.GetValues<RedemptionLimit>().Select(limit => $"Limit.{Told.CodeOf(limit)}"),
        .. StopCheck.Codes.Append("journal-failed").Append("not-ready").Select(code => $"Stop.{code}"),
    ];

    private static Dictionary<string, string> Read(string language)
    {
        var texts = new ResourceManager(typeof(Texts)).GetResourceSet(
            CultureInfo.GetCultureInfo(language), createIfNotExists: true, tryParents: language == "en")!;
        return texts.Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!, StringComparer.Ordinal);
    }

    private static string Places(string text) =>
        string.Join(' ', Place().Matches(text).Select(match => match.Value).Order(StringComparer.Ordinal));

    [GeneratedRegex(@"\.(cashier|customer)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Audience();

    [GeneratedRegex(@"\{\d+[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Place();

    [GeneratedRegex("[А-Яа-яЁё]", RegexOptions.None, 1000)]
    private static partial Regex Cyrillic();

    [GeneratedRegex(
        "block|stolen|steal|lost|fraud|suspect|trust|copy|expired|invalid|refus|debt|owe"
            + "|заблок|блокир|краж|краден|потерян|мошен|подозр|довер|копи|истёк срок|недейств|отказ|долг",
        RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Indiscreet();
}
