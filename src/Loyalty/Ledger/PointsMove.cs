namespace SmartCardCrm.Loyalty.Ledger;

/// <summary>What moved a member's points, on a card or on the account, as his lots see it.</summary>
/// <param name="Day">The store's.</param>
public abstract record PointsMove(DateOnly Day)
{
    /// <summary>Points were given: a new lot.</summary>
    /// <param name="Lot">The operation that gave them, as the caller numbers operations.</param>
    /// <param name="Points">Above zero.</param>
    /// <param name="ActiveOn">From when they may be spent, not before <paramref name="Day"/>.</param>
    /// <param name="ExpiresOn">From when no longer, after <paramref name="ActiveOn"/>; null for never.</param>
    public sealed record Given(DateOnly Day, long Lot, long Points, DateOnly ActiveOn, DateOnly? ExpiresOn)
        : PointsMove(Day);

    /// <summary>Points were spent, or corrected downwards.</summary>
    /// <param name="Operation">What they were spent in.</param>
    /// <param name="Points">Above zero.</param>
    public sealed record Spent(DateOnly Day, long Operation, long Points) : PointsMove(Day);

    /// <summary>Goods came back: the points that they had earned are no longer the member's.</summary>
    /// <param name="Lot">The sale that gave them.</param>
    /// <param name="Points">Above zero.</param>
    public sealed record TakenBack(DateOnly Day, long Lot, long Points) : PointsMove(Day);

    /// <summary>Goods came back: the points that paid for them are the member's again.</summary>
    /// <param name="Return">The return.</param>
    /// <param name="Sale">In which they were spent.</param>
    /// <param name="Points">Above zero.</param>
    /// <param name="ExpiredUntil">The day until which those of them are valid again that have expired;
    /// null: not at all.</param>
    public sealed record GivenBack(DateOnly Day, long Return, long Sale, long Points, DateOnly? ExpiredUntil)
        : PointsMove(Day);
}
