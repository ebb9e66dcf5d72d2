using System.Globalization;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Console.Words;
using SmartCardCrm.Server.Programmes;

namespace SmartCardCrm.Server.Console.Programme;

/// <summary>Says a rule set in sentences of the reader's language.</summary>
internal sealed class RuleWords(Texts texts)
{
    // How the last two of several are joined.
    private const string And = "And";
    private const string Or = "Or";
    private const string Nor = "Nor";

    /// <summary>What a rule does, and when.</summary>
    /// <param name="rule">One of the rule set's, or one that may become it.</param>
    /// <param name="of">The rule set: its currency, its tiers.</param>
    public string Say(Rule rule, RuleSet of)
    {
        string?[] phrases = [SayEffect(rule, of), SayLeftOut(rule.On), .. SayConditions(rule.When, of)];
        var sentence = Sentence(string.Join(", ", phrases.OfType<string>()));
        return rule.IsLast ? $"{sentence} {texts["RuleSays.Last"]}" : sentence;
    }

    /// <summary>What a rule set says beside its rules.</summary>
    /// <param name="section">One of <see cref="RuleSection"/>.</param>
    /// <param name="of">The rule set.</param>
    public IReadOnlyList<string> Say(string section, RuleSet of) => section switch
    {
        RuleSection.Counting => SayCounting(of.Counting),
        RuleSection.Redemption => [.. SayRedemption(of)],
        RuleSection.Validity => [.. SayValidity(of.Validity)],
        RuleSection.Tiers => [.. SayTiers(of)],
        RuleSection.Returns => [texts[$"RuleShortfall.{of.Returns.Shortfall}"]],
        _ => throw new System.Diagnostics.UnreachableException(section),
    };

    /// <summary>A tier by its name, where it has one.</summary>
    public string TierName(int tier, RuleSet of) =>
        of.Tiers.Levels.FirstOrDefault(level => level.Tier == tier)?.Name
        ?? (tier == 0 ? texts["RuleSays.NoTier"] : tier.ToString(CultureInfo.CurrentCulture));

    public static string MonthName(int month) =>
        CultureInfo.CurrentCulture.DateTimeFormat.MonthNames[month - 1];

    private string SayEffect(Rule rule, RuleSet of)
    {
        var goods = Goods(rule.On);
        return rule.Effect switch
        {
            Effect.PerAmount(var points, var minor) when goods is null =>
                texts["RuleSays.PerAmount", Points(points), Money(minor, of)],
            Effect.PerAmount(var points, var minor) =>
                texts["RuleSays.PerAmountOf", Points(points), Money(minor, of), goods],
            Effect.PerUnit(var points, 1) when goods is null => texts["RuleSays.PerOne", Points(points)],
            Effect.PerUnit(var points, 1) => texts["RuleSays.PerOneOf", Points(points), goods],
            Effect.PerUnit(var points, var units) when goods is null =>
                texts["RuleSays.PerUnits", Points(points), texts.Count("RuleUnits", units)],
            Effect.PerUnit(var points, var units) =>
                texts["RuleSays.PerUnitsOf", Points(points), texts.Count("RuleUnits", units), goods],
            Effect.PerVisit(var points) => texts["RuleSays.PerVisit", Points(points)],
            Effect.Times(var permille) when goods is null => texts["RuleSays.Times", Factor(permille)],
            Effect.Times(var permille) => texts["RuleSays.TimesOn", Factor(permille), goods],
            Effect.AtMost(var points) when goods is null =>
                texts["RuleSays.AtMost", texts.Count("RulePointsMost", points)],
            Effect.AtMost(var points) =>
                texts["RuleSays.AtMostOn", texts.Count("RulePointsMost", points), goods],
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private IEnumerable<string?> SayConditions(Conditions? when, RuleSet of) => when is null ? [] :
    [
        when.Days.Count == 0 ? null
            : texts["RuleSays.Days", List(when.Days.Select(day => texts[$"RuleDay.{day}"]), And)],
        SaySpan(when),
        SayDays(when),
        when.Tiers.Count == 0 ? null
            : texts["RuleSays.Tiers", List(when.Tiers.Select(tier => TierName(tier, of)), Or)],
        when.Segments.Count == 0 ? null : texts["RuleSays.Segments", List(when.Segments, Or)],
        when.Stores.Count == 0 ? null : texts[
            when.Stores.Count == 1 ? "RuleSays.Store" : "RuleSays.Stores",
            List(when.Stores.Select(store => store.ToString(CultureInfo.CurrentCulture)), Or)],
        when.BasketLeastMinor == 0 ? null : texts["RuleSays.Basket", Money(when.BasketLeastMinor, of)],
    ];

    private string? SaySpan(Conditions when) =>
        when.From == when.To ? null
        : when.To == TimeOnly.MinValue ? texts["RuleSays.FromTime", Clock(when.From)]
        : when.From == TimeOnly.MinValue ? texts["RuleSays.ToTime", Clock(when.To)]
        : texts["RuleSays.Span", Clock(when.From), Clock(when.To)];

    private string? SayDays(Conditions when) => (when.FirstDay, when.LastDay) switch
    {
        (null, null) => null,
        ({ } first, null) => texts["RuleSays.FirstDay", Day(first)],
        (null, { } last) => texts["RuleSays.LastDay", Day(last)],
        ({ } first, { } last) when first == last => texts["RuleSays.OneDay", Day(first)],
        ({ } first, { } last) => texts["RuleSays.Between", Day(first), Day(last)],
    };

    private string[] SayCounting(Counting counting) =>
    [
        texts[$"RuleAmounts.{counting.Amounts}"],
        texts[counting.DiscountEarns ? "RuleSays.DiscountEarns" : "RuleSays.DiscountEarnsNot"],
        texts[counting.EachLine ? "RuleSays.EachLine" : "RuleSays.AllLines"],
        texts[$"RuleRounding.{counting.Rounding}"],
    ];

    private IEnumerable<string> SayRedemption(RuleSet of)
    {
        var redemption = of.Redemption;
        if (redemption.SharePermille == 0)
            return [texts["RuleSays.PointsBuyNothing"]];
        var share = texts["RuleSays.Percent", (redemption.SharePermille / 10m).ToString("0.#", Culture)];
        string?[] pays =
        [
            Goods(redemption.On) is { } goods
                ? texts["RuleSays.PayOf", share, goods]
                : texts["RuleSays.Pay", share],
            SayLeftOut(redemption.On),
        ];
        string?[] sentences =
        [
            texts["RuleSays.PointPays", Money(redemption.PointValueMinor, of)],
            Sentence(string.Join(", ", pays.OfType<string>())),
            redemption.BasketLeastMinor == 0 ? null
                : texts["RuleSays.PayBasket", Money(redemption.BasketLeastMinor, of)],
            redemption.PointsLeast < 2 ? null
                : texts["RuleSays.PayLeast", texts.Count("RulePointsMost", redemption.PointsLeast)],
            redemption.PointsStep == 1 ? null
                : texts["RuleSays.PayStep", texts.Count("Points", redemption.PointsStep)],
            texts[redemption.RedeemedPartEarns ? "RuleSays.PaidEarns" : "RuleSays.PaidEarnsNot"],
        ];
        return sentences.OfType<string>();
    }

    private IEnumerable<string> SayValidity(Validity validity)
    {
        yield return validity.PendingDays == 0
            ? texts["RuleSays.AtOnce"]
            : texts["RuleSays.Waits", texts.Count("Days", validity.PendingDays)];
        if (validity.Months == 0)
        {
            yield return texts["RuleSays.NeverExpire"];
            yield break;
        }

        yield return texts[$"RuleEnds.{validity.Ends}", texts.Count("RuleMonths", validity.Months)];
        yield return texts[validity.GivenAnew ? "RuleSays.GivenAnew" : "RuleSays.OldDay"];
    }

    private IEnumerable<string> SayTiers(RuleSet of)
    {
        var tiers = of.Tiers;
        if (tiers.Levels.Count == 0)
            return [texts["RuleSays.NoTiers"]];
        return
        [
            .. tiers.Levels.Select(level =>
                texts["RuleSays.Level", level.Name, level.Tier, Reached(level.From, of)]),
            texts[
                "RuleSays.Cycle", texts.Count("RuleMonths", tiers.CycleMonths),
                MonthName(tiers.FirstMonth)],
            tiers.KeptCycles == 0 ? texts["RuleSays.KeptNot"]
                : texts["RuleSays.Kept", texts.Count("RuleCycles", tiers.KeptCycles)],
            texts[$"RuleFall.{tiers.Fall}"],
        ];
    }

    private string Reached(long from, RuleSet of) => of.Tiers.Counts == TierMeasure.Money
        ? texts["RuleSays.Paid", Money(from, of)]
        : texts.Count("Points", from);

    // What a filter names; null where it is everything.
    private string? Goods(LineFilter? on) =>
        on is null || on.Categories.Count + on.Skus.Count == 0 ? null : Named(on.Categories, on.Skus, Or);

    private string? SayLeftOut(LineFilter? on) =>
        on is null || on.NotCategories.Count + on.NotSkus.Count == 0
            ? null
            : texts["RuleSays.LeftOut", Named(on.NotCategories, on.NotSkus, Nor)];

    private string Named(IReadOnlyList<string> categories, IReadOnlyList<string> skus, string word) =>
        List([.. categories, .. skus.Select(sku => texts["RuleSays.Article", sku])], word);

    private string List(IEnumerable<string> words, string last)
    {
        string[] all = [.. words];
        return all.Length < 2
            ? string.Concat(all)
            : texts[$"RuleJoin.{last}", string.Join(", ", all[..^1]), all[^1]];
    }

    private string Points(long points) => texts.Count("Points", points);

    private static string Money(long minor, RuleSet of) => Figures.Money(minor, of.Currency, of.MinorPerUnit);

    private static string Factor(int permille) => (permille / 1000m).ToString("0.###", Culture);

    private static string Day(DateOnly day) => day.ToString("d MMM yyyy", Culture);

    private static string Clock(TimeOnly time) =>
        time.ToString(time.Second == 0 ? "HH:mm" : "HH:mm:ss", Culture);

    private static CultureInfo Culture => CultureInfo.CurrentCulture;

    private static string Sentence(string phrases) => $"{char.ToUpper(phrases[0], Culture)}{phrases[1..]}.";
}
