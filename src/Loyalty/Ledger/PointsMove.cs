namespace SmartCardCrm.Loyalty.Ledger;

/// <summary>What moved a member's points, on a card or on the account, as his lots see it. Operations have
/// numbers that the caller gives.</summary>
/// <param name="Day">The store's.</param>
public abstract record PointsMove(DateOnly Day)
{
    /// <summary>Points were given: a new lot.</summary>
    /// <param name="Lot">The operation that gave them.</param>
    /// <param name="Points">Not negative.</param>
    /// <param name="ActiveOn">From when they may be spent, not before <paramref name="Day"/>.</param>
    /// <param name="ExpiresOn">From when no longer, after that day; null for never.</param>
    public sealed record Given(DateOnly Day, long Lot, long Points, DateOnly ActiveOn, DateOnly? ExpiresOn)
        : PointsMove(Day);

    /// <summary>Points were spent, or corrected downwards.</summary>
    /// <param name="Operation">What they were spent in.</param>
    /// <param name="Points">Not negative.</param>
    public sealed record Spent(DateOnly Day, long Operation, long Points) : PointsMove(Day);

    /// <summary>Goods came back: the points that they had earned were never given.</summary>
    /// <param name="Lot">The sale that gave them.</param>
    /// <param name="Points">Not negative.</param>
    public sealed record TakenBack(DateOnly Day, long Lot, long Points) : PointsMove(Day);

    /// <summary>Goods came back: the points that paid for them were never spent.</summary>
    /// <param name="Operation">The sale in which they were.</param>
    /// <param name="Points">Not negative.</param>
    public sealed record GivenBack(DateOnly Day, long Operation, long Points) : PointsMove(Day);
}
