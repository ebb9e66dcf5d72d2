namespace SmartCardCrm.Loyalty.Programme;

/// <summary>From when to when points may be spent. Days are those of the store's calendar on which they were
/// given.</summary>
/// <param name="PendingDays">Days that a sale's points wait at headquarters before they are put on the card;
/// 0 for none: they are on the card at once.</param>
/// <param name="Months">How long they are valid, counted from the day they were given; 0 for ever.</param>
/// <param name="Ends">What is rounded up: points expire all together at the end of a month or year.</param>
/// <param name="GivenAnew">Whether points that come back with returned goods are given anew on that day.
/// Otherwise they were never spent: they expire when they would have, or have expired.</param>
public sealed record Validity(
    int PendingDays = 0, int Months = 0, ValidityEnd Ends = ValidityEnd.Day, bool GivenAnew = false)
{
    public const int MonthsMost = 120;
    public const int DaysMost = 365;

    private const int DaysOfMonthLeast = 28;

    // A card holds days to 2179. Where a till makes a later one up, its points do not expire.
    private static readonly DateOnly DayLimit = new(2150, 1, 1);

    internal bool IsInRange =>
        Months is >= 0 and <= MonthsMost && Enum.IsDefined(Ends)
        && PendingDays is >= 0 and <= DaysMost
        && (Months == 0 || PendingDays < Months * DaysOfMonthLeast);

    /// <summary>The first day on which they may be spent.</summary>
    public DateOnly ActiveOn(DateOnly given) => given < DayLimit ? given.AddDays(PendingDays) : given;

    /// <summary>The first day on which they no longer may; null for never.</summary>
    public DateOnly? ExpiresOn(DateOnly given)
    {
        if (Months == 0 || given >= DayLimit)
            return null;
        var last = given.AddMonths(Months);
        return Ends switch
        {
            ValidityEnd.Day => last,
            ValidityEnd.Month => new DateOnly(last.Year, last.Month, 1).AddMonths(1),
            ValidityEnd.Year => new DateOnly(last.Year + 1, 1, 1),
            _ => throw new System.Diagnostics.UnreachableException(Ends.ToString()),
        };
    }
}

/// <summary>When points expire, once their months have passed.</summary>
public enum ValidityEnd
{
    /// <summary>On that day.</summary>
    Day,

    /// <summary>At the end of that month.</summary>
    Month,

    /// <summary>At the end of that year.</summary>
    Year,
}
