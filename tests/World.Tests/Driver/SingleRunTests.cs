namespace SmartCardCrm.World.Tests;

public sealed class SingleRunTests : IDisposable
{
    private static readonly WorldPlan Plan = new(5, Taps: 100, Members: 4, Terminals: 2, Fault.Tear);
    private readonly StringWriter _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task A_clean_run_tells_its_figures()
    {
        var code = await Run(Outcomes.Clean, shrink: true);

        Assert.Equal(0, code);
        Assert.Equal(
            """
            run: --seed 5 --taps 100 --members 4 --terminals 2 --faults tear
            taps: 100
            terminal days: 1.0
            faults: none
            stolen points: 0
            coverage: 50.0% (2 of 4 cells)
            digest: 00
            violations: 0

            """,
            _output.ToString());
    }

    [Fact]
    public async Task A_violation_is_told_with_its_story_and_the_shortest_run_that_has_it()
    {
        var code = await Run(NeedsTenTaps, shrink: true);

        Assert.Equal(1, code);
        Assert.Contains(
            "runs: tests/World/run.sh --seed 5 --taps 10 --members 1 --terminals 1 --faults none\n"
            + "\nthe card is torn away\nviolation: I4: as planned\n",
            _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_wants_no_shorter_run_gets_none()
    {
        var code = await Run(NeedsTenTaps, shrink: false);

        Assert.Equal(1, code);
        Assert.DoesNotContain("shortest", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void For_scripts_a_violation_is_one_line()
    {
        var simulation = new Simulation(
            plan => Outcomes.Clean(plan) with { Violation = new Violation("I1", "first\nsecond") }, []);

        var code = new SingleRun(simulation, _output).RunPlain(Plan);

        Assert.Equal(1, code);
        Assert.Equal("taps: 100\ndigest: 00\nviolation: I1: first second\n", _output.ToString());
    }

    private Task<int> Run(Func<WorldPlan, WorldOutcome> run, bool shrink) =>
        new SingleRun(new Simulation(run, ["a", "b", "c", "d"]), _output).RunAsync(
            new SingleRunOptions(Plan, Twice: false, shrink), TestContext.Current.CancellationToken);

    private static WorldOutcome NeedsTenTaps(WorldPlan plan) => plan.Taps < 10
        ? Outcomes.Clean(plan)
        : Outcomes.Violating(plan, atTap: 10) with { Story = ["the card is torn away"] };
}
