namespace SmartCardCrm.Loyalty.Ledger;

/// <summary>Points that were given together, and what has become of them.</summary>
/// <param name="Number">The operation that gave them, as the caller numbers operations.</param>
/// <param name="ActiveOn">The first day on which they may be spent.</param>
/// <param name="ExpiresOn">The first day on which they no longer may; null for never.</param>
/// <param name="Remaining">Points that are the member's, active or not.</param>
/// <param name="Expired">Points that expired and that nobody honoured all the same.</param>
public sealed record Lot(
    long Number, DateOnly ActiveOn, DateOnly? ExpiresOn, long Remaining, long Expired);

/// <summary>A member's points by when they were given and when they expire.</summary>
/// <param name="Lots">In the order in which they were given; empty ones too.</param>
/// <param name="Owed">Points that were spent and that no lot had.</param>
public sealed record MemberLots(IReadOnlyList<Lot> Lots, long Owed)
{
    /// <summary>Folds what happened into lots. Points are spent from the lot that expires soonest; what came
    /// back was never bought, so that nobody wins or loses a point by buying and returning.</summary>
    /// <param name="moves">In order, days not falling; what came late is in its place.</param>
    /// <param name="today">Not before the last of them.</param>
    public static MemberLots Of(IEnumerable<PointsMove> moves, DateOnly today)
    {
        var fold = new LotFold();
        foreach (var move in Kept([.. moves]))
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

    // What came back of nothing that is known is a move of its own.
    private static IEnumerable<PointsMove> Kept(IReadOnlyList<PointsMove> moves)
    {
        var taken = Sums(moves.OfType<PointsMove.TakenBack>(), back => (back.Lot, back.Points));
        var given = Sums(moves.OfType<PointsMove.GivenBack>(), back => (back.Operation, back.Points));
        var last = moves.Count > 0 ? moves[^1].Day : default;
        List<PointsMove> kept = [.. moves.Select<PointsMove, PointsMove?>(move => move switch
        {
            PointsMove.Given lot => lot with { Points = lot.Points - Take(taken, lot.Lot, lot.Points) },
            PointsMove.Spent spent =>
                spent with { Points = spent.Points - Take(given, spent.Operation, spent.Points) },
            _ => null,
        }).OfType<PointsMove>()];
        return
        [
            .. kept,
            .. given.Where(rest => rest.Value > 0)
                .Select(rest => new PointsMove.Given(last, rest.Key, rest.Value, last, null)),
            .. taken.Where(rest => rest.Value > 0)
                .Select(rest => new PointsMove.Spent(last, rest.Key, rest.Value)),
        ];
    }

    private static Dictionary<long, long> Sums<T>(
        IEnumerable<T> moves, Func<T, (long Operation, long Points)> read) =>
        moves.Select(move => read(move)).GroupBy(one => one.Operation)
            .ToDictionary(all => all.Key, all => all.Sum(one => one.Points));

    private static long Take(Dictionary<long, long> from, long key, long most)
    {
        var taken = Math.Min(most, from.GetValueOrDefault(key));
        if (taken > 0)
            from[key] -= taken;
        return taken;
    }
}
