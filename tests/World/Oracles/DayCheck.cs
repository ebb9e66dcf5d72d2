using SmartCardCrm.CardProtocol;
using SmartCardCrm.Terminal;

namespace SmartCardCrm.World;

/// <summary>Holds terminals' days to what their tills were told: every operation counts once, on one day
/// (I3), and headquarters countersigns each (I7).</summary>
internal sealed class DayCheck(ChainWorld world)
{
    public void Check(TerminalMachine terminal)
    {
        if (terminal.DiskBetrayed)
            return;
        var days = terminal.Till!.Days;
        List<DayReport> closed = [];
        while (days.Find((uint)closed.Count + 1) is { } day)
            closed.Add(day);
        Truth.Demand(
            closed.TrueForAll(day => day.IsCountersigned) || world.WasRestored, "I7",
            $"terminal {terminal.Number}: of {closed.Count} days some are not countersigned");

        var told = world.Truth.PostedAt(terminal.Number).Select(p => p.Told)
            .OfType<CheckoutState.Completed>()
            .Select(done => done.Result)
            .GroupBy(result => result.Kind)
            .ToDictionary(
                kind => kind.Key,
                kind => (
                    kind.Count(), kind.Sum(r => r.DueMinor), kind.Sum(r => (long)r.Earned),
                    kind.Sum(r => (long)r.Redeemed), kind.Sum(r => (long)r.OnAccount)));
        foreach (var kind in new[] { LogKind.Sale, LogKind.Reversal, LogKind.Adjustment })
        {
            var lines = closed.Append(days.Current()).SelectMany(day => day.Totals)
                .Where(line => line.Kind == (uint)kind).ToList();
            var counted = (
                lines.Sum(l => l.Count), lines.Sum(l => l.DueMinor), lines.Sum(l => l.Earned),
                lines.Sum(l => l.Redeemed), lines.Sum(l => l.OnAccount));
            Truth.Demand(
                counted == told.GetValueOrDefault(kind), "I3",
                $"terminal {terminal.Number}: {closed.Count} days count {counted} of {kind}, the till was "
                    + $"told {told.GetValueOrDefault(kind)}");
        }
    }
}
