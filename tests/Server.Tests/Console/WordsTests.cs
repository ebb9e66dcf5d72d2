using System.Globalization;
using Google.Protobuf;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SmartCardCrm.Server.Console.Words;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>Numbers, nouns and reasons in words.</summary>
public sealed class WordsTests
{
    [Theory]
    [InlineData(0, "карт")]
    [InlineData(1, "карта")]
    [InlineData(2, "карты")]
    [InlineData(4, "карты")]
    [InlineData(5, "карт")]
    [InlineData(11, "карт")]
    [InlineData(12, "карт")]
    [InlineData(14, "карт")]
    [InlineData(21, "карта")]
    [InlineData(22, "карты")]
    [InlineData(25, "карт")]
    [InlineData(101, "карта")]
    [InlineData(111, "карт")]
    [InlineData(112, "карт")]
    [InlineData(-1, "карта")]
    [InlineData(1_000_003, "карты")]
    public void Russian_has_three_forms(long number, string expected) =>
        Assert.Equal(expected, Plural.Pick("карта|карты|карт", number, CultureInfo.GetCultureInfo("ru")));

    [Theory]
    [InlineData(0, "cards")]
    [InlineData(1, "card")]
    [InlineData(2, "cards")]
    [InlineData(21, "cards")]
    public void English_has_two_forms(long number, string expected) =>
        Assert.Equal(expected, Plural.Pick("card|cards", number, CultureInfo.GetCultureInfo("en")));

    [Theory]
    [InlineData("en", 123_456_789, "USD", 100, "1,234,567.89\u00A0USD")]
    [InlineData("ru", 123_456_789, "USD", 100, "1\u00A0234\u00A0567,89\u00A0USD")]
    [InlineData("en", 1_234, "JPY", 1, "1,234\u00A0JPY")]
    [InlineData("en", -1_234, "KWD", 1000, "\u22121.234\u00A0KWD")]
    [InlineData("ru", -29_96, "USD", 100, "\u221229,96\u00A0USD")]
    public void Money_is_written_as_the_reader_does(
        string culture, long minor, string currency, int minorPerUnit, string expected)
    {
        using var _ = new Reading(culture);

        Assert.Equal(expected, Figures.Money(minor, currency, minorPerUnit));
    }

    [Theory]
    [InlineData(12, "+12")]
    [InlineData(-1_234, "−1,234")]
    [InlineData(0, "")]
    public void A_change_shows_its_sign(long points, string expected)
    {
        using var _ = new Reading("en");

        Assert.Equal(expected, Figures.Change(points));
    }

    [Theory]
    [InlineData("en", "5.00 USD paid with 500 points. No rule gave points (rule set 1).")]
    [InlineData(
        "ru", "Баллами оплачено 5,00 USD (500 баллов). Ни одно правило не дало баллов (правила № 1).")]
    public void A_sale_paid_with_points_alone_earns_nothing(string culture, string expected) =>
        Assert.Equal(
            expected, Say(culture, Of(500, redeemed: 500) with { Redeemed = 500, BalanceBefore = 600 }));

    [Fact]
    public void A_full_card_takes_what_it_can() =>
        Assert.Equal(
            "base +100, card full −60: 40 points (rule set 1).",
            Say("en", Of(10_000) with { Earned = 40, BalanceBefore = 999_960 }));

    [Fact]
    public void Points_that_the_rules_do_not_give_are_named() =>
        Assert.Equal(
            "base +1: 1 point (rule set 1). The card signed 900 points instead: see the exceptions.",
            Say("en", Of(100) with { Earned = 900 }));

    [Fact]
    public void A_sale_whose_basket_is_lost_gives_no_reason() =>
        Assert.Equal(
            "The basket is not in the book, so the reason cannot be told.",
            Say("en", Of(100) with { Earned = 1, Intent = null }));

    [Fact]
    public void A_card_action_is_told_beside_the_sale_that_applied_it() =>
        Assert.Equal(
            "A card action of headquarters: −7 points. base +1: 1 point (rule set 1).",
            Say("en", Of(100) with { Earned = 1, Adjusted = -7, BalanceBefore = 10 }));

    [Fact]
    public void Unknown_rules_give_no_reason() =>
        Assert.Equal(
            "Rule set 9 was never published here, so the reason cannot be told.",
            new WhyPoints(TextsOf()).Say(Sale with { RuleSet = 9 }, rules: null));

    [Fact]
    public void A_gap_is_found_between_counters_and_below_the_first()
    {
        TransactionRow[] rows =
            [new() { Counter = 9 }, new() { Counter = 5 }, new() { Counter = 4 }, new() { Counter = 2 }];

        var hidden = new TransactionRow { Counter = 7 };

        var lines = CardHistory.Lines(rows, [hidden], most: 3);

        Assert.Equal(
            [
                new HistoryLine.Posted(rows[0]), new HistoryLine.Missing(6, 8),
                new HistoryLine.Unreported(hidden),
                new HistoryLine.Posted(rows[1]),
                new HistoryLine.Posted(rows[2]), new HistoryLine.Missing(3, 3),
            ],
            lines);
    }

    private static TransactionRow Sale => new() { Kind = 2, RuleSet = 1, Currency = "USD" };

    private static TransactionRow Of(int amount, int redeemed = 0)
    {
        var intent = new Intent
        {
            Context = new SaleContext { Currency = "USD", LocalTime = "2026-01-05T12:00:00" },
            Lines = { new BasketLine { QuantityMilli = 1000, AmountMinor = amount } },
            PointsAsked = (uint)redeemed,
        };
        return Sale with { AmountMinor = amount, Intent = new EntryBody { Intent = intent }.ToByteArray() };
    }

    private static string Say(string culture, TransactionRow row)
    {
        using var _ = new Reading(culture);
        return new WhyPoints(TextsOf()).Say(row, ProgrammeBook.FirstRules).Replace('\u00A0', ' ');
    }

    internal static Texts TextsOf() =>
        new(new StringLocalizer<Texts>(new ResourceManagerStringLocalizerFactory(
            Options.Create(new LocalizationOptions()), NullLoggerFactory.Instance)));

    /// <summary>A reader's culture for the length of a test.</summary>
    internal sealed class Reading : IDisposable
    {
        private readonly (CultureInfo Culture, CultureInfo Language) _before =
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);

        public Reading(string culture) =>
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture);

        public void Dispose() => (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = _before;
    }
}
