namespace SmartCardCrm.Loyalty.Programme;

/// <summary>Levels that members reach by what they buy in a cycle of the calendar. A level is had from the
/// moment on which it is reached.</summary>
/// <param name="Counts">What counts.</param>
/// <param name="CycleMonths">How long a cycle is: a divisor of 12.</param>
/// <param name="FirstMonth">The month, 1 to 12, in which one begins.</param>
/// <param name="KeptCycles">How many cycles beyond the one in which it was reached a level is kept, 0 to
/// 12.</param>
/// <param name="Fall">How far one falls when it is not kept.</param>
public sealed record Tiers(
    TierMeasure Counts = TierMeasure.Points, int CycleMonths = 12, int FirstMonth = 1, int KeptCycles = 1,
    TierFall Fall = TierFall.AsQualified)
{
    public const int LevelsMost = 10;
    public const int KeptCyclesMost = 12;

    private const int MonthsOfYear = 12;

    /// <summary>From the lowest to the highest; none: everybody is in tier 0.</summary>
    public IReadOnlyList<TierLevel> Levels { get; init => field = value ?? []; } = [];

    internal bool IsInRange =>
        Levels.Count <= LevelsMost && Levels.All(level => level?.IsInRange == true)
        && Levels.Zip(Levels.Skip(1)).All(pair =>
            pair.First.Tier < pair.Second.Tier && pair.First.From < pair.Second.From)
        && Enum.IsDefined(Counts) && Enum.IsDefined(Fall)
        && CycleMonths is >= 1 and <= MonthsOfYear && MonthsOfYear % CycleMonths == 0
        && FirstMonth is >= 1 and <= MonthsOfYear && KeptCycles is >= 0 and <= KeptCyclesMost;

    /// <summary>The first day of the cycle that a day is in.</summary>
    public DateOnly CycleOf(DateOnly day)
    {
        var month = new DateOnly(day.Year, day.Month, 1);
        return month.AddMonths(-((day.Month - FirstMonth + MonthsOfYear) % CycleMonths));
    }

    /// <summary>How many levels an amount reaches.</summary>
    public int LevelsReached(long amount) => Levels.Count(level => level.From <= amount);

    public bool Equals(Tiers? other) =>
        other is not null && Levels.SequenceEqual(other.Levels)
        && (Counts, CycleMonths, FirstMonth, KeptCycles, Fall)
            == (other.Counts, other.CycleMonths, other.FirstMonth, other.KeptCycles, other.Fall);

    public override int GetHashCode() =>
        HashCode.Combine(Levels.Count, Counts, CycleMonths, FirstMonth, KeptCycles, Fall);
}

/// <summary>One level.</summary>
/// <param name="Tier">As the card holds it and rules ask for it, 1 to 255.</param>
/// <param name="Name">As people call it, 1 to 32 characters.</param>
/// <param name="From">What is to be reached in one cycle, 1 or more; money in minor units.</param>
public sealed record TierLevel(byte Tier, string Name, long From)
{
    public const int NameMost = 32;

    internal bool IsInRange => Tier > 0 && Name is { Length: >= 1 and <= NameMost } && From > 0;
}

/// <summary>What counts towards a level. What came back was never bought.</summary>
public enum TierMeasure
{
    /// <summary>Points that sales gave, at once or for later.</summary>
    Points,

    /// <summary>What was paid in money.</summary>
    Money,
}

/// <summary>Which level is had once one is not kept.</summary>
public enum TierFall
{
    /// <summary>The one that the last cycle reached.</summary>
    AsQualified,

    /// <summary>At least the one below.</summary>
    OneLevel,
}
