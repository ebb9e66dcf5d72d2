namespace SmartCardCrm.World;

/// <summary>A shorter run with the same violation.</summary>
/// <param name="Outcome">Of the shortest plan that was found.</param>
/// <param name="Runs">How many runs it took.</param>
internal sealed record Shrunk(WorldOutcome Outcome, int Runs);

/// <summary>Looks for a short run that violates what a long one violated.</summary>
/// <param name="run">Runs a plan.</param>
/// <param name="runsMost">It ends with what it has after so many runs.</param>
internal sealed class Shrinker(Func<WorldPlan, WorldOutcome> run, int runsMost)
{
    /// <summary>Cuts taps, faults, members and terminals for as long as one of the cuts keeps the
    /// violation.</summary>
    /// <param name="found">An outcome with a violation.</param>
    public Shrunk Shrink(WorldOutcome found)
    {
        var (best, runs) = (found, 0);
        var helped = true;
        while (helped)
        {
            helped = false;
            foreach (var shorter in Cuts(best).Distinct())
            {
                if (runs == runsMost)
                    return new Shrunk(best, runs);
                runs++;
                var outcome = run(shorter);
                if (KindOf(outcome.Violation) != KindOf(found.Violation))
                    continue;
                (best, helped) = (outcome, true);
                break;
            }
        }

        return new Shrunk(best, runs);
    }

    // Crashes are all one invariant: what tells them apart is the place, which stands below the message.
    private static string? KindOf(Violation? violation) => violation?.What.Split('\n') is [_, var place, ..]
        ? $"{violation.Invariant} {place}"
        : violation?.Invariant;

    // The largest cuts first: a run costs what its taps cost.
    private static IEnumerable<WorldPlan> Cuts(WorldOutcome outcome)
    {
        var plan = outcome.Plan;
        var taps = plan.Taps;
        foreach (var fewer in (int[])[outcome.Taps, taps / 4, taps / 2, taps * 3 / 4, taps * 9 / 10])
        {
            if (fewer >= 1 && fewer < taps)
                yield return plan with { Taps = fewer };
        }

        foreach (var kind in PlanText.Kinds.Where(kind => plan.Faults.HasFlag(kind)))
            yield return plan with { Faults = plan.Faults & ~kind };
        foreach (var fewer in Fewer(plan.Members))
            yield return plan with { Members = fewer };
        foreach (var fewer in Fewer(plan.Terminals))
            yield return plan with { Terminals = fewer };
    }

    private static IEnumerable<int> Fewer(int count) =>
        ((int[])[1, count / 2, count - 1]).Where(fewer => fewer >= 1 && fewer < count);
}
