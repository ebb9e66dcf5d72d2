namespace SmartCardCrm.World;

/// <summary>What the driver drives.</summary>
/// <param name="run">Runs a plan to its end.</param>
/// <param name="cells">The cells of the coverage matrix that can be visited.</param>
internal sealed class Simulation(Func<WorldPlan, WorldOutcome> run, IReadOnlyCollection<string> cells)
{
    public IReadOnlyCollection<string> Cells => cells;

    /// <summary>Runs a plan; an exception that nobody expected is a violation too, for the product or the
    /// world is wrong and the seed says where.</summary>
    public WorldOutcome Run(WorldPlan plan)
    {
        try
        {
            return run(plan);
        }
        catch (ViolationException violated)
        {
            return Ended(plan, violated.Violation);
        }
        catch (Exception crash)
        {
            return Ended(plan, new Violation("crash", crash.ToString()));
        }
    }

    private static WorldOutcome Ended(WorldPlan plan, Violation violation) => new(
        plan, plan.Taps, TimeSpan.Zero, new Dictionary<string, long>(StringComparer.Ordinal),
        new HashSet<string>(StringComparer.Ordinal), Digest: "", violation, Story: []);
}
