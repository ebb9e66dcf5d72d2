using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Console.Programme;
using SmartCardCrm.Server.Programmes;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>Rules in sentences, what is different between two rule sets, and forms that hold them.</summary>
public sealed class RuleWordsTests
{
    private static readonly RuleSet Example = RuleSet.FromDocument(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "rule-set-example.json")));

    /// <summary>docs/rule-set-example.json in words: its rules, and what stands beside them.</summary>
    [Theory]
    [InlineData("en")]
    [InlineData("ru")]
    public void Every_kind_of_rule_and_condition_has_a_sentence(string culture)
    {
        using var _ = new WordsTests.Reading(culture);
        var words = new RuleWords(WordsTests.TextsOf());

        string[] said =
        [
            .. Example.Rules.Select(rule => words.Say(rule, Example)), "",
            .. RuleSection.All.Select(section => string.Join(' ', words.Say(section, Example))),
        ];

        Assert.Equal(
            File.ReadAllLines(Path.Combine(
                AppContext.BaseDirectory, "Console", $"rule-set-example.{culture}.txt")),
            said.Select(Plain));
    }

    [Theory]
    [InlineData(
        "en",
        "At most 1 point a purchase, on Mondays, from 17:00, since 1 Mar 2026, for Gold, in store 7.")]
    [InlineData(
        "ru",
        "Не больше 1 балла за покупку, по понедельникам, с 17:00, "
        + "начиная с 1 мар. 2026, для уровня Gold, в магазине 7.")]
    public void A_condition_says_what_it_names_and_no_more(string culture, string expected) =>
        Assert.Equal(expected, Say(culture, new Rule("few", new Effect.AtMost(1))
        {
            When = new Conditions
            {
                Days = [DayOfWeek.Monday],
                From = new TimeOnly(17, 0),
                FirstDay = new DateOnly(2026, 3, 1),
                Tiers = [3],
                Stores = [7],
            },
        }));

    [Theory]
    [InlineData("en", "2 points for each unit, until 12:00, through 31 Dec 2026.")]
    [InlineData("ru", "2 балла за каждую единицу, до 12:00, по 31 дек. 2026 включительно.")]
    public void A_span_may_have_no_beginning(string culture, string expected) =>
        Assert.Equal(expected, Say(culture, new Rule("early", new Effect.PerUnit(2, 1))
        {
            When = new Conditions { To = new TimeOnly(12, 0), LastDay = new DateOnly(2026, 12, 31) },
        }));

    [Fact]
    public void A_difference_names_what_is_new_gone_changed_and_moved()
    {
        var rules = Example.Rules;
        Rule changed = rules[1] with { Effect = new Effect.PerAmount(2, 100) };
        Rule added = new("new", new Effect.PerVisit(1));

        var difference = RuleDifference.Of(Example, Example with
        {
            Rules = [rules[2], rules[0], changed, added, .. rules.Skip(4)],
            Validity = new Validity(Months: 12),
        });

        Assert.Equal(
            [new(rules[1], changed), new(null, added), new RuleChange(rules[3], null)], difference.Rules);
        Assert.True(difference.IsReordered);
        Assert.Equal([RuleSection.Validity], difference.Sections);
        Assert.True(RuleDifference.Of(Example, RuleSet.FromDocument(Example.ToDocument())).IsNone);
    }

    [Theory]
    [InlineData("en")]
    [InlineData("ru")]
    public void A_form_holds_whatever_a_rule_set_says(string culture)
    {
        using var _ = new WordsTests.Reading(culture);

        Assert.Equal([], Example.Rules.Where(rule => !RuleForm.Holds(rule, 100)));
        Assert.Equal([], RuleSection.All.Where(section => !SectionForm.Holds(section, Example)));
    }

    [Fact]
    public void What_a_form_cannot_hold_is_known()
    {
        var blanks = new Rule("blanks", new Effect.PerVisit(1))
        {
            On = new LineFilter { Categories = [" MEAT"] },
        };

        Assert.False(RuleForm.Holds(blanks, 100));
        Assert.False(SectionForm.Holds(
            RuleSection.Redemption, Example with { Redemption = new Redemption(On: new LineFilter()) }));
    }

    private static string Say(string culture, Rule rule)
    {
        using var _ = new WordsTests.Reading(culture);
        return Plain(new RuleWords(WordsTests.TextsOf()).Say(rule, Example));
    }

    private static string Plain(string text) => text.Replace('\u00A0', ' ');
}
