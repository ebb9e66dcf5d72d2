namespace SmartCardCrm.World.Tests;

/// <summary>Outcomes and reports as a test wants them.</summary>
internal static class Outcomes
{
    public static readonly Violation Broken = new("I4", "what was told not to have happened took 30 points");

    public static WorldOutcome Clean(WorldPlan plan) => Of(plan, plan.Taps, violation: null);

    public static WorldOutcome Violating(
        WorldPlan plan, int atTap, string invariant = "I4", string what = "as planned") =>
        Of(plan, atTap, new Violation(invariant, what));

    public static SeedReport Report(ulong seed, Violation? violation = null) => new(
        seed, 1000, TimeSpan.FromHours(8766),
        new Dictionary<string, long>(StringComparer.Ordinal) { ["Kill"] = 1, ["Tear"] = 3 },
        ["sale/commit/tear"], violation)
    {
        Loss = new Loss(1234, 10_000),
    };

    private static WorldOutcome Of(WorldPlan plan, int taps, Violation? violation) => new(
        plan, taps, TimeSpan.FromDays(1), new Dictionary<string, long>(StringComparer.Ordinal),
        new HashSet<string>(StringComparer.Ordinal) { "a", "b" }, Digest: "00", violation, Story: []);
}
