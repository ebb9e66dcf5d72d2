using System.Globalization;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Programmes;

namespace SmartCardCrm.Server.Console.Programme;

/// <summary>What a form says of one rule.</summary>
internal sealed class RuleForm : IGoodsFields
{
    /// <summary>Of the draft that the form was filled from.</summary>
    public long Revision { get; set; }

    public string? Step { get; set; }
    public string? Code { get; set; }
    public string? Points { get; set; }

    /// <summary>Money or units for which they are given.</summary>
    public string? Each { get; set; }
    public string? Factor { get; set; }

    /// <summary>Names, one on each line, as those that follow.</summary>
    public string? Categories { get; set; }
    public string? Skus { get; set; }
    public string? NotCategories { get; set; }
    public string? NotSkus { get; set; }
    public string? Segments { get; set; }

    /// <summary>Numbers, with commas between.</summary>
    public string? Stores { get; set; }
    public string[]? Tiers { get; set; }
    public string[]? Days { get; set; }
    public string? FirstDay { get; set; }
    public string? LastDay { get; set; }
    public string? From { get; set; }
    public string? To { get; set; }
    public string? BasketLeast { get; set; }
    public bool IsLast { get; set; }

    /// <summary>Whether there is anything that bounds when the rule applies.</summary>
    public bool HasConditions =>
        Tiers is { Length: > 0 } || Days is { Length: > 0 }
        || new[] { Segments, Stores, FirstDay, LastDay, From, To, BasketLeast }
            .Any(text => text is { Length: > 0 });

    /// <summary>A new rule's, before anybody has typed.</summary>
    public static RuleForm Blank(long revision) => new() { Revision = revision };

    public static RuleForm Of(Rule rule, long revision, int minorPerUnit)
    {
        var (points, each, permille) = rule.Effect switch
        {
            Effect.PerAmount(var given, var minor) => (given, FormReading.Typed(minor, minorPerUnit), 0),
            Effect.PerUnit(var given, var units) => (given, Text(units), 0),
            Effect.PerVisit(var given) => (given, "", 0),
            Effect.AtMost(var most) => (most, "", 0),
            Effect.Times(var times) => (0, "", times),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        var (on, when) = (rule.On ?? new(), rule.When ?? new());
        return new RuleForm
        {
            Revision = revision,
            Code = rule.Code,
            Points = Text(points),
            Each = each,
            Factor = permille == 0 ? "0" : FormReading.Typed(permille, 1000),
            Categories = Lines(on.Categories),
            Skus = Lines(on.Skus),
            NotCategories = Lines(on.NotCategories),
            NotSkus = Lines(on.NotSkus),
            Segments = Lines(when.Segments),
            Stores = string.Join(", ", when.Stores.Select(store => Text(store))),
            Tiers = [.. when.Tiers.Select(tier => Text(tier))],
            Days = [.. when.Days.Select(day => day.ToString())],
            FirstDay = when.FirstDay?.ToString("O", CultureInfo.InvariantCulture),
            LastDay = when.LastDay?.ToString("O", CultureInfo.InvariantCulture),
            From = Clock(when.From),
            To = Clock(when.To),
            BasketLeast = FormReading.Typed(when.BasketLeastMinor, minorPerUnit),
            IsLast = rule.IsLast,
        };
    }

    /// <summary>Whether the form can hold all that a rule says; where it cannot, the rule is kept as it
    /// is.</summary>
    public static bool Holds(Rule rule, int minorPerUnit)
    {
        var reading = new FormReading(minorPerUnit);
        var read = Of(rule, 0, minorPerUnit).Read(RuleKind.Of(rule.Effect), reading);
        return reading.IsSound && RuleDifference.AreSame(rule, read);
    }

    /// <summary>The rule that it says.</summary>
    /// <param name="kind">One of <see cref="RuleKind"/>.</param>
    /// <param name="reading">Where something is wrong, it is noted there, and the rule means
    /// nothing.</param>
    public Rule Read(string kind, FormReading reading)
    {
        var code = (Code ?? "").Trim();
        if (code.Length is < 1 or > RuleKind.CodeMost
            || !code.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
        {
            reading.Note(nameof(Code), "code", RuleKind.CodeMost);
        }

        return new Rule(code, ReadEffect(kind, reading))
        {
            When = ReadConditions(reading),
            On = reading.Goods(this),
            IsLast = IsLast,
        };
    }

    private Effect ReadEffect(string kind, FormReading reading) => kind switch
    {
        RuleKind.PerAmount => new Effect.PerAmount(
            Given(reading), reading.Money(nameof(Each), Each, least: 1)),
        RuleKind.PerUnit => new Effect.PerUnit(
            Given(reading), reading.Whole(nameof(Each), Each, 1, Effect.PointsMost)),
        RuleKind.PerVisit => new Effect.PerVisit(Given(reading)),
        RuleKind.Times => new Effect.Times(
            reading.Permille(nameof(Factor), Factor, unit: 1000, RuleKind.PermilleMost)),
        RuleKind.AtMost => new Effect.AtMost(reading.Whole(nameof(Points), Points, 0, int.MaxValue)),
        _ => throw new System.Diagnostics.UnreachableException(kind),
    };

    private int Given(FormReading reading) => reading.Whole(nameof(Points), Points, 1, Effect.PointsMost);


    private Conditions? ReadConditions(FormReading reading)
    {
        var when = new Conditions
        {
            Tiers = [.. (Tiers ?? []).Select(tier => reading.Whole(nameof(Tiers), tier, 0, byte.MaxValue))],
            Segments = reading.Names(nameof(Segments), Segments),
            Stores = reading.Stores(nameof(Stores), Stores),
            BasketLeastMinor = reading.Money(nameof(BasketLeast), BasketLeast, least: 0),
            FirstDay = reading.Day(nameof(FirstDay), FirstDay),
            LastDay = reading.Day(nameof(LastDay), LastDay),
            Days = [.. (Days ?? []).Intersect(Enum.GetNames<DayOfWeek>()).Select(Enum.Parse<DayOfWeek>)],
            From = reading.Clock(nameof(From), From),
            To = reading.Clock(nameof(To), To),
        };
        if (when.LastDay < when.FirstDay)
            reading.Note(nameof(LastDay), "last-day");
        return HasConditions ? when : null;
    }

    private static string Lines(IEnumerable<string> names) => string.Join('\n', names);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Clock(TimeOnly time) => time == TimeOnly.MinValue
        ? ""
        : time.ToString(time.Second == 0 ? "HH:mm" : "HH:mm:ss", CultureInfo.InvariantCulture);
}

/// <summary>Kinds of rules, by their names in the document.</summary>
internal static class RuleKind
{
    public const string PerAmount = "per-amount";
    public const string PerUnit = "per-unit";
    public const string PerVisit = "per-visit";
    public const string Times = "times";
    public const string AtMost = "at-most";

    /// <summary>Characters of a rule's code.</summary>
    public const int CodeMost = 32;

    /// <summary>Thousandths by which a rule multiplies at most.</summary>
    public const int PermilleMost = 100_000;

    public static readonly IReadOnlyList<string> All = [PerAmount, PerUnit, PerVisit, Times, AtMost];

    public static string Of(Effect effect) => effect switch
    {
        Effect.PerAmount => PerAmount,
        Effect.PerUnit => PerUnit,
        Effect.PerVisit => PerVisit,
        Effect.Times => Times,
        Effect.AtMost => AtMost,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
