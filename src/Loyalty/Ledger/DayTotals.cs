namespace SmartCardCrm.Loyalty.Ledger;

/// <summary>One operation that happened, as a day counts it.</summary>
/// <param name="Kind">As in the card's log.</param>
/// <param name="AmountMinor">What was sold; below zero what came back.</param>
/// <param name="DueMinor">What was paid in money; below zero what was given back.</param>
/// <param name="Earned">Points put on the card.</param>
/// <param name="Redeemed">Points taken off it.</param>
/// <param name="OnAccount">Points for the member's account, signed.</param>
public readonly record struct DayOperation(
    uint Kind, long AmountMinor, long DueMinor, long Earned, long Redeemed, long OnAccount);

/// <summary>The operations of one kind, added up.</summary>
public sealed record DayTotal(
    uint Kind, int Count, long AmountMinor, long DueMinor, long Earned, long Redeemed, long OnAccount)
{
    // As the card's log has it: what headquarters wanted and no till asked for.
    private const uint CardAction = 3;

    /// <summary>One total for each kind there is, kinds ascending; of card actions alone there is
    /// none.</summary>
    public static IReadOnlyList<DayTotal> Of(IEnumerable<DayOperation> operations) =>
    [
        .. operations.Where(operation => operation.Kind != CardAction)
            .GroupBy(operation => operation.Kind).OrderBy(kind => kind.Key).Select(
            kind => new DayTotal(
                kind.Key, kind.Count(), kind.Sum(o => o.AmountMinor), kind.Sum(o => o.DueMinor),
                kind.Sum(o => o.Earned), kind.Sum(o => o.Redeemed), kind.Sum(o => o.OnAccount))),
    ];
}
