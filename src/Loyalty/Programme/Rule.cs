using System.Text.Json.Serialization;

namespace SmartCardCrm.Loyalty.Programme;

/// <summary>
/// One rule of a rule set. Rules are applied from the first to the last; each works on what those before it
/// gave, so their order is the stacking order.
/// </summary>
/// <param name="Code">Its name in explanations: 1 to 32 of a–z, 0–9 and hyphens, once in a rule set.</param>
/// <param name="Effect">What it does.</param>
public sealed record Rule(string Code, Effect Effect)
{
    /// <summary>When it applies; null for always.</summary>
    public Conditions? When { get; init; }

    /// <summary>The lines it looks at; null for all of them, and for what belongs to no line.</summary>
    public LineFilter? On { get; init; }

    /// <summary>Whether no later rule looks at the lines that this one looked at.</summary>
    public bool IsLast { get; init; }

    internal bool IsInRange =>
        Code is { Length: >= 1 and <= 32 }
        && Code.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
        && Effect.IsInRange && When?.IsInRange != false && On?.IsInRange != false;
}

/// <summary>What a rule does. Fractions of a step earn nothing.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(PerAmount), "per-amount")]
[JsonDerivedType(typeof(PerUnit), "per-unit")]
[JsonDerivedType(typeof(PerVisit), "per-visit")]
[JsonDerivedType(typeof(Times), "times")]
[JsonDerivedType(typeof(AtMost), "at-most")]
public abstract record Effect
{
    public const int PointsMost = 1_000_000;

    private Effect() { }

    /// <summary>Points for each whole step of money.</summary>
    /// <param name="Points">1 to <see cref="PointsMost"/>.</param>
    /// <param name="Minor">The step, minor units, 1 or more.</param>
    public sealed record PerAmount(int Points, int Minor) : Effect;

    /// <summary>Points for each whole number of units sold.</summary>
    /// <param name="Points">1 to <see cref="PointsMost"/>.</param>
    /// <param name="Units">The step, 1 or more; weighed goods count whole kilograms.</param>
    public sealed record PerUnit(int Points, int Units) : Effect;

    /// <summary>Points for the visit itself; they belong to no line.</summary>
    /// <param name="Points">1 to <see cref="PointsMost"/>.</param>
    public sealed record PerVisit(int Points) : Effect;

    /// <summary>Multiplies what earlier rules gave.</summary>
    /// <param name="Permille">0 to 100,000; 2000 doubles, 0 takes all of it.</param>
    public sealed record Times(int Permille) : Effect;

    /// <summary>Cuts what earlier rules gave.</summary>
    /// <param name="Points">0 or more.</param>
    public sealed record AtMost(int Points) : Effect;

    internal bool IsInRange => this switch
    {
        PerAmount give => IsPoints(give.Points) && give.Minor >= 1,
        PerUnit give => IsPoints(give.Points) && give.Units is >= 1 and <= PointsMost,
        PerVisit give => IsPoints(give.Points),
        Times times => times.Permille is >= 0 and <= 100_000,
        AtMost most => most.Points >= 0,
        _ => false,
    };

    private static bool IsPoints(int points) => points is >= 1 and <= PointsMost;
}

/// <summary>Which lines of a basket. An empty list asks for nothing.</summary>
public sealed record LineFilter
{
    /// <summary>Articles it names; at most 64 characters each, like all that follow.</summary>
    public IReadOnlyList<string> Skus { get; init => field = value ?? []; } = [];

    /// <summary>Categories it names.</summary>
    public IReadOnlyList<string> Categories { get; init => field = value ?? []; } = [];

    /// <summary>Articles it leaves out, whatever it names.</summary>
    public IReadOnlyList<string> NotSkus { get; init => field = value ?? []; } = [];

    /// <summary>Categories it leaves out, whatever it names.</summary>
    public IReadOnlyList<string> NotCategories { get; init => field = value ?? []; } = [];

    /// <summary>Whether it names the line, by article or by category, and leaves neither out.</summary>
    public bool Takes(BasketLine line)
    {
        var isNamed = (Skus.Count == 0 && Categories.Count == 0)
            || Skus.Contains(line.Sku) || Categories.Contains(line.Category);
        return isNamed && !NotSkus.Contains(line.Sku) && !NotCategories.Contains(line.Category);
    }

    internal bool IsInRange => new[] { Skus, Categories, NotSkus, NotCategories }
        .All(names => names.All(name => name is { Length: <= Basket.NameMost }));
}

/// <summary>When a rule applies: where every condition that is given holds.</summary>
public sealed record Conditions
{
    /// <summary>Tiers, one of which the card has; empty for any.</summary>
    public IReadOnlyList<int> Tiers { get; init => field = value ?? []; } = [];

    /// <summary>Segments, one of which the member is in; empty for any.</summary>
    public IReadOnlyList<string> Segments { get; init => field = value ?? []; } = [];

    /// <summary>Stores, one of which it is; empty for any.</summary>
    public IReadOnlyList<uint> Stores { get; init => field = value ?? []; } = [];

    /// <summary>What the whole basket costs at least, minor units.</summary>
    public long BasketLeastMinor { get; init; }

    /// <summary>The first day of the store's calendar; null for no beginning.</summary>
    public DateOnly? FirstDay { get; init; }

    /// <summary>The last day; null for no end.</summary>
    public DateOnly? LastDay { get; init; }

    /// <summary>Days of the week; empty for any.</summary>
    public IReadOnlyList<DayOfWeek> Days { get; init => field = value ?? []; } = [];

    /// <summary>From when on each day, by the store's clock; a span that ends before it begins lasts over
    /// midnight, and its later part counts for the day it is in.</summary>
    public TimeOnly From { get; init; } = TimeOnly.MinValue;

    /// <summary>The end, itself not in it; 00:00 is the end of the day.</summary>
    public TimeOnly To { get; init; } = TimeOnly.MinValue;

    internal bool IsInRange =>
        Tiers.All(tier => tier is >= 0 and <= byte.MaxValue) && !Segments.Contains(null!)
        && Days.All(Enum.IsDefined) && BasketLeastMinor >= 0;

    /// <summary>Whether all of them hold for a purchase.</summary>
    public bool Hold(Basket basket, Occasion occasion)
    {
        var day = DateOnly.FromDateTime(occasion.LocalTime);
        return (Tiers.Count == 0 || Tiers.Contains(occasion.Tier))
            && (Segments.Count == 0 || Segments.Any(occasion.Segments.Contains))
            && (Stores.Count == 0 || Stores.Contains(occasion.Store))
            && basket.Total.Minor >= BasketLeastMinor
            && (FirstDay is not { } first || day >= first) && (LastDay is not { } last || day <= last)
            && (Days.Count == 0 || Days.Contains(day.DayOfWeek))
            && (From == To || TimeOnly.FromDateTime(occasion.LocalTime).IsBetween(From, To));
    }
}
