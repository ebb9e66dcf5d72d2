namespace SmartCardCrm.World.Tests;

public class ShrinkerTests
{
    private static readonly WorldPlan Long =
        new(5, Taps: 1000, Members: 20, Terminals: 6, Fault.All);

    [Fact]
    public void What_a_violation_does_not_need_is_cut_away()
    {
        var shrunk = new Shrinker(NeedsTearAndKillAndTwoMembers, runsMost: 500)
            .Shrink(NeedsTearAndKillAndTwoMembers(Long));

        Assert.Equal(
            new WorldPlan(5, Taps: 41, Members: 2, Terminals: 1, Fault.Tear | Fault.Kill),
            shrunk.Outcome.Plan);
        Assert.NotNull(shrunk.Outcome.Violation);
    }

    [Fact]
    public void Another_violation_on_the_way_is_not_followed()
    {
        static WorldOutcome Run(WorldPlan plan) =>
            Outcomes.Violating(plan, 100, plan.Faults is Fault.All && plan.Members == 20 ? "I4" : "I12");

        var shrunk = new Shrinker(Run, runsMost: 500).Shrink(Run(Long));

        Assert.Equal("I4", shrunk.Outcome.Violation?.Invariant);
        Assert.Equal(Long with { Taps = 1, Terminals = 1 }, shrunk.Outcome.Plan);
    }

    [Fact]
    public void A_crash_in_another_place_is_another_violation()
    {
        static WorldOutcome Run(WorldPlan plan) => Outcomes.Violating(
            plan, atTap: 41, "crash",
            $"Overflow in {plan.Members}\n   at {(plan.Members > 9 ? "Tap" : "Sync")}\n   at Main");

        var shrunk = new Shrinker(Run, runsMost: 500).Shrink(Run(Long));

        Assert.Equal(10, shrunk.Outcome.Plan.Members);
    }

    [Fact]
    public void A_violation_found_after_the_last_tap_still_gets_shorter()
    {
        static WorldOutcome Run(WorldPlan plan) =>
            plan.Taps >= 300 ? Outcomes.Violating(plan, plan.Taps) : Outcomes.Clean(plan);

        var shrunk = new Shrinker(Run, runsMost: 500).Shrink(Run(Long));

        Assert.InRange(shrunk.Outcome.Plan.Taps, 300, 333);
    }

    [Fact]
    public void It_ends_with_the_best_it_has_when_its_runs_are_used_up()
    {
        var runs = 0;

        var shrunk = new Shrinker(
            plan =>
            {
                runs++;
                return NeedsTearAndKillAndTwoMembers(plan);
            },
            runsMost: 3).Shrink(NeedsTearAndKillAndTwoMembers(Long));

        Assert.Equal(3, runs);
        Assert.Equal(3, shrunk.Runs);
        Assert.Equal(41, shrunk.Outcome.Plan.Taps);
    }

    private static WorldOutcome NeedsTearAndKillAndTwoMembers(WorldPlan plan) =>
        plan.Taps >= 41 && plan.Members >= 2 && plan.Faults.HasFlag(Fault.Tear | Fault.Kill)
            ? Outcomes.Violating(plan, atTap: 41)
            : Outcomes.Clean(plan);
}
