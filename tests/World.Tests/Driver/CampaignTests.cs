namespace SmartCardCrm.World.Tests;

public sealed class CampaignTests : IDisposable
{
    private readonly List<ulong> _run = [];
    private readonly StringWriter _progress = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("campaign");
    private readonly Tally _tally = Tally.Begin(from: 5, "build");

    private string TallyFile => Path.Combine(_folder.FullName, "tally.json");

    public void Dispose()
    {
        _progress.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Every_seed_of_the_goal_is_run_once()
    {
        await Campaign(_tally, seeds: 7, processes: 3).RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal([5UL, 6UL, 7UL, 8UL, 9UL, 10UL, 11UL], _run.Order());
        Assert.Equal(7, _tally.Seeds);
        Assert.Equal(7000, _tally.Taps);
    }

    [Fact]
    public async Task An_interrupted_campaign_goes_on_where_it_ended()
    {
        using var ctrlC = new CancellationTokenSource();
        var interrupted = Campaign(_tally, seeds: 6, processes: 1, seed =>
        {
            if (seed == 8)
                ctrlC.Cancel();
            ctrlC.Token.ThrowIfCancellationRequested();
            return null;
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => interrupted.RunAsync(ctrlC.Token));
        _run.Clear();

        var resumed = Tally.Load(TallyFile);
        await Campaign(resumed, seeds: 6, processes: 1).RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal([8UL, 9UL, 10UL], _run);
        Assert.Equal(6, resumed.Seeds);
    }

    [Fact]
    public async Task A_finding_is_told_with_the_command_that_reproduces_it()
    {
        await Campaign(_tally, seeds: 3, processes: 1, seed => seed == 6 ? Outcomes.Broken : null)
            .RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            $"violation: {Outcomes.Broken.Invariant}: {Outcomes.Broken.What}\n"
            + "  reproduce: tests/World/run.sh --seed 6\n",
            _progress.ToString());
        Assert.Equal([new Finding(6, Outcomes.Broken)], _tally.Findings);
    }

    [Fact]
    public async Task Where_every_seed_violates_something_it_ends_early()
    {
        await Campaign(_tally, seeds: 10_000, processes: 2, _ => Outcomes.Broken)
            .RunAsync(TestContext.Current.CancellationToken);

        Assert.InRange(_tally.Findings.Count, 20, 21);
    }

    [Fact]
    public async Task No_seed_begins_when_the_time_is_up()
    {
        var goal = new CampaignGoal(Seeds: 10, TimeSpan.Zero, Processes: 2, File: null);

        await new Campaign(
            goal, _tally, () => new FakeRunner(this, _ => null), _progress, TimeProvider.System)
            .RunAsync(TestContext.Current.CancellationToken);

        Assert.Empty(_run);
    }

    [Fact]
    public async Task A_runner_that_cannot_work_ends_the_campaign_with_its_reason()
    {
        var campaign = Campaign(
            _tally, seeds: 10_000, processes: 2, _ => throw new InvalidOperationException("no such program"));

        var reason = await Assert.ThrowsAsync<InvalidOperationException>(
            () => campaign.RunAsync(TestContext.Current.CancellationToken));

        Assert.Equal("no such program", reason.Message);
    }

    private Campaign Campaign(
        Tally tally, ulong seeds, int processes, Func<ulong, Violation?>? judge = null) => new(
        new CampaignGoal(seeds, TimeSpan.MaxValue, processes, TallyFile), tally,
        () => new FakeRunner(this, judge ?? (_ => null)), _progress, TimeProvider.System);

    /// <summary>Runs seeds in no time.</summary>
    private sealed class FakeRunner(CampaignTests test, Func<ulong, Violation?> judge) : ISeedRunner
    {
        public async Task<SeedReport> RunAsync(ulong seed, CancellationToken cancellation)
        {
            await Task.Yield();
            var violation = judge(seed);
            lock (test._run)
                test._run.Add(seed);
            return Outcomes.Report(seed, violation);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
