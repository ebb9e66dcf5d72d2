using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Loyalty.Ledger;

/// <summary>A purchase that counts towards a level.</summary>
/// <param name="Day">The store's.</param>
/// <param name="Amount">As the programme counts, less what came back; not negative.</param>
public readonly record struct Qualifying(DateOnly Day, long Amount);

/// <summary>A tier that somebody at headquarters gave a member, whatever he buys.</summary>
/// <param name="Tier">0 for none.</param>
/// <param name="From">The first day.</param>
/// <param name="Through">The last day.</param>
public sealed record TierGrant(byte Tier, DateOnly From, DateOnly Through)
{
    internal bool Holds(DateOnly day) => From <= day && day <= Through;
}

/// <summary>Where a member stands: a fold of what he has bought, so that what arrives late or is brought back
/// puts it right by itself.</summary>
/// <param name="Tier">What he has today.</param>
/// <param name="IsGranted">Whether it was given to him.</param>
/// <param name="Qualified">What counts in today's cycle.</param>
/// <param name="Next">The lowest level that this cycle has not reached; null where there is none.</param>
/// <param name="Through">The last day on which he has his tier if nothing more counts; null for no
/// end.</param>
public sealed record TierStanding(
    byte Tier, bool IsGranted, long Qualified, TierLevel? Next, DateOnly? Through)
{
    /// <param name="tiers">The programme's, in force today.</param>
    /// <param name="purchases">In any order, none of them later than today.</param>
    /// <param name="grants">A later one counts before those it overlaps.</param>
    public static TierStanding Of(
        Tiers tiers, IEnumerable<Qualifying> purchases, IReadOnlyList<TierGrant> grants, DateOnly today)
    {
        var cycle = tiers.CycleOf(today);
        var amounts = purchases.GroupBy(purchase => tiers.CycleOf(purchase.Day))
            .ToDictionary(one => one.Key, one => one.Sum(purchase => purchase.Amount));
        var first = amounts.Count == 0 ? cycle : amounts.Keys.Min();
        var ladder = new Ladder(tiers, amounts, first);
        var tier = TierOn(today);
        var qualified = amounts.GetValueOrDefault(cycle);
        return new TierStanding(
            tier, GrantOn(grants, today) is not null, qualified,
            tiers.Levels.FirstOrDefault(level => level.From > qualified),
            TurnsAfter(tiers, grants, today).Where(day => TierOn(day) != tier)
                .Select(day => (DateOnly?)day.AddDays(-1)).FirstOrDefault());

        byte TierOn(DateOnly day) => GrantOn(grants, day)?.Tier ?? ladder.TierOn(day);
    }

    private static TierGrant? GrantOn(IReadOnlyList<TierGrant> grants, DateOnly day) =>
        grants.LastOrDefault(grant => grant.Holds(day));

    // Days on which a tier may change by itself: cycles begin, grants begin and end. After so many cycles
    // nothing is left to lose.
    private static IEnumerable<DateOnly> TurnsAfter(
        Tiers tiers, IReadOnlyList<TierGrant> grants, DateOnly today)
    {
        var cycle = tiers.CycleOf(today);
        var cycles = Enumerable.Range(1, tiers.KeptCycles + tiers.Levels.Count + 1)
            .Select(number => cycle.AddMonths(number * tiers.CycleMonths));
        var ends = grants.SelectMany(grant => new[] { grant.From, grant.Through.AddDays(1) });
        return cycles.Concat(ends).Where(day => day > today).Distinct().Order();
    }

    /// <summary>Which level each cycle has.</summary>
    private sealed class Ladder(Tiers tiers, Dictionary<DateOnly, long> amounts, DateOnly first)
    {
        private readonly List<int> _reached = [];
        private readonly List<int> _had = [];

        public byte TierOn(DateOnly day)
        {
            var cycle = tiers.CycleOf(day);
            var place = Months(cycle) / tiers.CycleMonths;
            while (_had.Count <= place)
                Climb(first.AddMonths(_had.Count * tiers.CycleMonths));
            return _had[place] == 0 ? (byte)0 : tiers.Levels[_had[place] - 1].Tier;
        }

        private void Climb(DateOnly cycle)
        {
            var kept = _reached.TakeLast(tiers.KeptCycles).DefaultIfEmpty(0).Max();
            if (tiers.Fall == TierFall.OneLevel && _had is [.., var before])
                kept = Math.Max(kept, before - 1);
            var reached = tiers.LevelsReached(amounts.GetValueOrDefault(cycle));
            _reached.Add(reached);
            _had.Add(Math.Max(kept, reached));
        }

        private int Months(DateOnly cycle) => (cycle.Year - first.Year) * 12 + cycle.Month - first.Month;
    }
}
