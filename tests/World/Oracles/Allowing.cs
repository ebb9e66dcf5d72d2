using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Offline;

namespace SmartCardCrm.World;

/// <summary>Holds terminals that decide alone to what their limits say of a card: points and operations since
/// headquarters acknowledged it, strangers, and how old what they know may be (I9).</summary>
internal sealed class Allowing(ChainWorld world)
{
    // Between headquarters' word and the terminal's having it, and between a decision and its commit.
    private static readonly TimeSpan OnTheWay = TimeSpan.FromMinutes(10);

    /// <summary>A chip that nobody has tampered with has committed.</summary>
    /// <param name="isStranger">Whether the terminal does not know it.</param>
    public void Committed(PhysicalCard card, TrueCommit commit, bool isStranger)
    {
        var record = commit.Record;
        if (record is not { Kind: LogKind.Sale, Redeemed: > 0 })
            return;
        var limits = world.Office.LimitsOf(record.Terminal);
        var alone = card.Commits.Append(commit).Select(one => one.Record)
            .Where(one => one.Counter > record.AcknowledgedCounter
                && one.Circumstances.HasFlag(Circumstances.Offline)).ToList();
        var points = alone.Where(one => one.Kind == LogKind.Sale).Sum(one => (long)one.Redeemed);
        Demand(points <= limits.CardMost, $"{points} points unacknowledged, the limit is {limits.CardMost}");
        Demand(
            alone.Count <= limits.CardOperationsMost,
            $"{alone.Count} operations unacknowledged, the limit is {limits.CardOperationsMost}");
        Demand(
            !isStranger || record.Redeemed <= limits.StrangerMost,
            $"a stranger, and the limit is {limits.StrangerMost}");
        var age = AgeOfKnowledge(record.Terminal);
        Demand(
            age <= TimeSpan.FromHours(limits.ReplicaHoursMost) + OnTheWay || MayBeOld(limits.Modes?.Redeem),
            $"the terminal last heard all {age} ago, the limit is {limits.ReplicaHoursMost} hours");

        void Demand(bool holds, string otherwise) => Truth.Demand(
            holds, "I9",
            $"terminal {record.Terminal} let card {card.Uid} redeem {record.Redeemed} points: {otherwise}");
    }

    // A clock that is wrong makes what was heard seem younger, or older, than it is.
    private TimeSpan AgeOfKnowledge(uint terminal) => world.Plan.Faults.HasFlag(Fault.Clock)
        ? TimeSpan.Zero
        : world.Timeline.Now - world.HeardAllAt(terminal);

    private static bool MayBeOld(OperationMode? mode) =>
        mode is { Mode: Mode.Autonomous } or { Fallback: Mode.Autonomous };
}
