namespace SmartCardCrm.World.Tests;

/// <summary>With real processes: a shell that plays the child.</summary>
public class SeedRunnerTests
{
    private static readonly string Line = Outcomes.Report(7).ToLine();

    private int _started;

    [Fact]
    public async Task One_child_runs_seed_after_seed()
    {
        await using var runner = Runner($"while read seed; do echo '{Line}'; done");

        for (var seed = 0UL; seed < 3; seed++)
            Assert.Equal(Line, (await Run(runner, seed)).ToLine());

        Assert.Equal(1, _started);
    }

    [Fact]
    public async Task A_child_that_dies_is_a_finding_and_the_next_seed_gets_a_new_one()
    {
        await using var runner = Runner($"read seed; [ $seed = 9 ] && exit 134; echo '{Line}'; cat");

        var died = await Run(runner, 9);
        var next = await Run(runner, 10);

        Assert.Equal(9UL, died.Seed);
        Assert.Equal(
            new Violation("crash", "The process ended with 134. It said nothing more."), died.Violation);
        Assert.Null(next.Violation);
        Assert.Equal(2, _started);
    }

    [Fact]
    public async Task A_child_that_talks_nonsense_is_a_finding()
    {
        await using var runner = Runner("read seed; echo '{ nonsense'; cat > /dev/null");

        var report = await Run(runner, 1);

        Assert.Equal("crash", report.Violation?.Invariant);
    }

    [Fact]
    public async Task A_child_that_does_not_come_to_an_end_is_a_finding()
    {
        await using var runner = Runner("cat > /dev/null", TimeSpan.FromMilliseconds(50));

        var report = await Run(runner, 1);

        Assert.Equal("hang", report.Violation?.Invariant);
    }

    [Fact]
    public void A_worker_answers_every_seed_and_tells_each_cell_once()
    {
        using var reports = new StringWriter();
        var simulation = new Simulation(
            plan => plan.Seed == 2 ? throw new InvalidOperationException("boom") : Outcomes.Clean(plan), []);

        Worker.Run(simulation, new StringReader("1\n2\n3\n"), reports);

        SeedReport[] answers = [.. reports.ToString().TrimEnd().Split('\n').Select(SeedReport.Parse)];
        Assert.Equal([1UL, 2UL, 3UL], answers.Select(answer => answer.Seed));
        Assert.Equal(["a", "b"], answers[0].Cells.Order(StringComparer.Ordinal));
        Assert.Empty(answers[2].Cells);
        Assert.Equal([null, "crash", null], answers.Select(answer => answer.Violation?.Invariant));
        Assert.StartsWith(
            "System.InvalidOperationException: boom", answers[1].Violation?.What, StringComparison.Ordinal);
    }

    private static Task<SeedReport> Run(ChildSeedRunner runner, ulong seed) =>
        runner.RunAsync(seed, TestContext.Current.CancellationToken);

    private ChildSeedRunner Runner(string script, TimeSpan? timeMost = null) => new(
        () =>
        {
            _started++;
            return WorldProcess.Start("/bin/sh", ["-c", script]);
        },
        timeMost ?? TimeSpan.FromMinutes(1), TimeProvider.System);
}
