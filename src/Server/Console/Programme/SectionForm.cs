using System.Globalization;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Programmes;

namespace SmartCardCrm.Server.Console.Programme;

/// <summary>What a form says of one section of a rule set; the other sections' fields are empty.</summary>
internal sealed class SectionForm : IGoodsFields
{
    /// <summary>Of the draft that the form was filled from.</summary>
    public long Revision { get; set; }

    public string? Amounts { get; set; }
    public string? Rounding { get; set; }
    public bool DiscountEarns { get; set; }
    public bool EachLine { get; set; }

    public string? PointValue { get; set; }
    public string? Share { get; set; }
    public string? BasketLeast { get; set; }
    public string? PointsLeast { get; set; }
    public string? PointsStep { get; set; }
    public string? Categories { get; set; }
    public string? Skus { get; set; }
    public string? NotCategories { get; set; }
    public string? NotSkus { get; set; }
    public bool PaidEarns { get; set; }

    public string? PendingDays { get; set; }
    public string? Months { get; set; }
    public string? Ends { get; set; }
    public bool GivenAnew { get; set; }

    public string? Counts { get; set; }
    public string? CycleMonths { get; set; }
    public string? FirstMonth { get; set; }
    public string? KeptCycles { get; set; }
    public string? Fall { get; set; }
    public List<LevelForm>? Levels { get; set; }

    public string? Shortfall { get; set; }

    public static SectionForm Of(RuleSet rules, long revision)
    {
        var (pays, lives, tiers) = (rules.Redemption, rules.Validity, rules.Tiers);
        var on = pays.On ?? new();
        return new SectionForm
        {
            Revision = revision,
            Amounts = rules.Counting.Amounts.ToString(),
            Rounding = rules.Counting.Rounding.ToString(),
            DiscountEarns = rules.Counting.DiscountEarns,
            EachLine = rules.Counting.EachLine,
            PointValue = FormReading.Typed(pays.PointValueMinor, rules.MinorPerUnit),
            Share = pays.SharePermille == 0 ? "0" : FormReading.Typed(pays.SharePermille, 10),
            BasketLeast = FormReading.Typed(pays.BasketLeastMinor, rules.MinorPerUnit),
            PointsLeast = Text(pays.PointsLeast),
            PointsStep = Text(pays.PointsStep),
            Categories = string.Join('\n', on.Categories),
            Skus = string.Join('\n', on.Skus),
            NotCategories = string.Join('\n', on.NotCategories),
            NotSkus = string.Join('\n', on.NotSkus),
            PaidEarns = pays.RedeemedPartEarns,
            PendingDays = Text(lives.PendingDays),
            Months = Text(lives.Months),
            Ends = lives.Ends.ToString(),
            GivenAnew = lives.GivenAnew,
            Counts = tiers.Counts.ToString(),
            CycleMonths = Text(tiers.CycleMonths),
            FirstMonth = Text(tiers.FirstMonth),
            KeptCycles = Text(tiers.KeptCycles),
            Fall = tiers.Fall.ToString(),
            Levels = [.. tiers.Levels.Select(level => new LevelForm
            {
                Tier = Text(level.Tier),
                Name = level.Name,
                From = tiers.Counts == TierMeasure.Money
                    ? FormReading.Typed(level.From, rules.MinorPerUnit)
                    : Text(level.From),
            })],
            Shortfall = rules.Returns.Shortfall.ToString(),
        };
    }

    /// <summary>Whether the form can hold all that a section says; where it cannot, it is kept as it
    /// is.</summary>
    public static bool Holds(string section, RuleSet rules)
    {
        var reading = new FormReading(rules.MinorPerUnit);
        var read = Of(rules, 0).Read(section, rules, reading);
        return reading.IsSound && RuleDifference.Of(rules, read).IsNone;
    }

    /// <summary>The rules with this section as it was typed.</summary>
    /// <param name="section">One of <see cref="RuleSection"/>.</param>
    /// <param name="rules">What it is a section of.</param>
    /// <param name="reading">Where something is wrong, it is noted there, and the section means
    /// nothing.</param>
    public RuleSet Read(string section, RuleSet rules, FormReading reading) => section switch
    {
        RuleSection.Counting => rules with
        {
            Counting = new Counting
            {
                Amounts = One<AmountBasis>(Amounts),
                Rounding = One<Rounding>(Rounding),
                DiscountEarns = DiscountEarns,
                EachLine = EachLine,
            },
        },
        RuleSection.Redemption => rules with { Redemption = ReadRedemption(reading) },
        RuleSection.Validity => rules with { Validity = ReadValidity(reading) },
        RuleSection.Tiers => rules with { Tiers = ReadTiers(reading) },
        RuleSection.Returns => rules with
        {
            Returns = new ReturnPolicy { Shortfall = One<Shortfall>(Shortfall) },
        },
        _ => throw new System.Diagnostics.UnreachableException(section),
    };

    private Redemption ReadRedemption(FormReading reading) => new(
        reading.Money(nameof(PointValue), PointValue, least: 1),
        reading.Whole(nameof(PointsLeast), PointsLeast, 0, int.MaxValue),
        reading.Whole(nameof(PointsStep), PointsStep, 1, int.MaxValue),
        reading.Permille(nameof(Share), Share, unit: 10, most: 1000),
        reading.Money(nameof(BasketLeast), BasketLeast, least: 0), reading.Goods(this), PaidEarns);

    private Validity ReadValidity(FormReading reading)
    {
        var pending = reading.Whole(nameof(PendingDays), PendingDays, 0, Validity.DaysMost);
        var months = reading.Whole(nameof(Months), Months, 0, Validity.MonthsMost);
        // Every month has at least so many days: points may not expire before they can be spent.
        if (months > 0 && pending >= months * DaysOfMonthLeast)
            reading.Note(nameof(PendingDays), "pending-days");
        return new Validity(pending, months, One<ValidityEnd>(Ends), GivenAnew);
    }

    private Tiers ReadTiers(FormReading reading)
    {
        var counts = One<TierMeasure>(Counts);
        var levels = new List<TierLevel>();
        foreach (var (level, i) in (Levels ?? []).Select((level, i) => (level, i)))
        {
            if (level.IsEmpty)
                continue;
            var read = level.Read($"Levels[{i}].", counts, reading);
            if (levels.Count > 0 && (read.Tier <= levels[^1].Tier || read.From <= levels[^1].From))
                reading.Note($"Levels[{i}].From", "level-order");
            levels.Add(read);
        }

        return new Tiers(
            counts, reading.Whole(nameof(CycleMonths), CycleMonths, 1, 12),
            reading.Whole(nameof(FirstMonth), FirstMonth, 1, 12),
            reading.Whole(nameof(KeptCycles), KeptCycles, 0, Tiers.KeptCyclesMost), One<TierFall>(Fall))
        {
            Levels = levels,
        };
    }

    private const int DaysOfMonthLeast = 28;

    // A select has no other values: what is no name of one is its first.
    private static T One<T>(string? name) where T : struct, Enum =>
        Enum.GetNames<T>().Contains(name, StringComparer.Ordinal) ? Enum.Parse<T>(name!) : default;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What a form says of one level.</summary>
internal sealed class LevelForm
{
    public string? Tier { get; set; }
    public string? Name { get; set; }
    public string? From { get; set; }

    /// <summary>Whether nothing was typed: there is no such level.</summary>
    public bool IsEmpty => new[] { Tier, Name, From }.All(string.IsNullOrWhiteSpace);

    /// <param name="place">Of its fields in the form.</param>
    public TierLevel Read(string place, TierMeasure counts, FormReading reading)
    {
        var name = (Name ?? "").Trim();
        if (name.Length is < 1 or > TierLevel.NameMost)
            reading.Note($"{place}{nameof(Name)}", "name", TierLevel.NameMost);
        return new TierLevel(
            (byte)reading.Whole($"{place}{nameof(Tier)}", Tier, 1, byte.MaxValue), name,
            counts == TierMeasure.Money
                ? reading.Money($"{place}{nameof(From)}", From, least: 1)
                : reading.Whole($"{place}{nameof(From)}", From, 1, int.MaxValue));
    }
}
