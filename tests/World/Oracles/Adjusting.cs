using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.World;

/// <summary>Holds terminals to what supervisors may move at them, at once and in a day of the store (I9).
/// What counts is what chips committed, whoever knows of it yet.</summary>
internal sealed class Adjusting(ChainWorld world)
{
    private readonly Dictionary<(uint Terminal, DateOnly Day), List<(Purchase Purchase, long Points)>> _days =
        [];

    /// <summary>A chip has committed for a purchase.</summary>
    public void Committed(Purchase purchase, TrueCommit commit)
    {
        var record = commit.Record;
        if (record.Kind != LogKind.Adjustment)
            return;
        var limits = world.Office.LimitsOf(record.Terminal);
        var points = record.Earned + (long)record.Redeemed;
        Truth.Demand(
            points <= limits.AdjustmentMost, "I9",
            $"{purchase} moved {points} points, terminal {record.Terminal} may {limits.AdjustmentMost}");

        var local = TimeZoneInfo.ConvertTime(record.Time, ChainWorld.StoreZone);
        var day = (record.Terminal, DateOnly.FromDateTime(local.DateTime));
        if (!_days.TryGetValue(day, out var moved))
            _days[day] = moved = [];
        moved.Add((purchase, points));
        // A disk that lied forgot what it had counted.
        if (world.WasBetrayed(record.Terminal))
            return;
        var sum = moved.Where(one => Counts(one.Purchase)).Sum(one => one.Points);
        Truth.Demand(
            sum <= limits.AdjustmentDayMost, "I9",
            $"{purchase}: supervisors moved {sum} points at terminal {record.Terminal} on {day.Item2:O}, "
                + $"they may {limits.AdjustmentDayMost}");
    }

    // A card that was rolled back, or its copy, may have said that what is in doubt did not happen.
    private static bool Counts(Purchase purchase) =>
        !purchase.Card.Tampered || purchase.Told is CheckoutState.Completed;
}
