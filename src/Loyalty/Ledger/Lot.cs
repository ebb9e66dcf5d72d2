namespace SmartCardCrm.Loyalty.Ledger;

/// <summary>Points that were given together, and what has become of them.</summary>
/// <param name="Number">The operation that gave them, as the caller numbers operations.</param>
/// <param name="ActiveOn">The first day on which they may be spent.</param>
/// <param name="ExpiresOn">The first day on which they no longer may; null for never.</param>
/// <param name="Remaining">Points that are the member's, active or not.</param>
/// <param name="Activated">What became spendable on <paramref name="ActiveOn"/>: what was given less what
/// was taken back before; 0 as long as that day has not come.</param>
/// <param name="Expired">Points that expired and that nobody honoured all the same.</param>
public sealed record Lot(
    long Number, DateOnly ActiveOn, DateOnly? ExpiresOn, long Remaining, long Activated, long Expired);

/// <summary>A member's points by when they were given and when they expire.</summary>
/// <param name="Lots">In the order in which they were given; empty ones too.</param>
/// <param name="Owed">Points that were spent or taken back and that no lot had.</param>
public sealed record MemberLots(IReadOnlyList<Lot> Lots, long Owed)
{
    /// <summary>Folds what happened into lots: points are spent from the lot that expires soonest, and go
    /// back where they came from.</summary>
    /// <param name="moves">In order, days not falling; what came late is in its place.</param>
    /// <param name="today">Not before the last of them.</param>
    public static MemberLots Of(IEnumerable<PointsMove> moves, DateOnly today)
    {
        var fold = new LotFold();
        foreach (var move in moves)
            fold.Apply(move);
        return fold.Through(today);
    }

    /// <summary>What expires next, all that goes on the same day together; null where nothing will.</summary>
    /// <param name="today">What expires today has expired.</param>
    public (DateOnly Day, long Points)? NextExpiry(DateOnly today)
    {
        var next = Lots.Where(lot => lot.Remaining > 0 && lot.ActiveOn <= today && lot.ExpiresOn > today)
            .GroupBy(lot => lot.ExpiresOn!.Value).MinBy(day => day.Key);
        return next is null ? null : (next.Key, next.Sum(lot => lot.Remaining));
    }

    /// <summary>The next day on which something becomes active or expires by itself; null for
    /// none.</summary>
    public DateOnly? NextDay(DateOnly today) => Lots.Where(lot => lot.Remaining > 0)
        .Select(lot => lot.ActiveOn > today ? lot.ActiveOn : lot.ExpiresOn)
        .Where(day => day > today).Min();
}
