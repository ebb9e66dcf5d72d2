using System.Globalization;

namespace SmartCardCrm.World.Tests;

/// <summary>The same plan gives the same run, to the byte, whatever is around it.</summary>
public sealed class RepeatabilityTests
{
    private static readonly WorldPlan Plan = new(3, Taps: 120, Members: 6, Terminals: 4, Fault.All);

    private static readonly Lazy<WorldOutcome> First = new(() => ChainRun.Run(Plan));

    [Fact]
    public void Two_runs_of_one_plan_are_the_same() => AssertSame(ChainRun.Run(Plan));

    [Fact]
    public void Another_seed_gives_another_run() =>
        Assert.NotEqual(First.Value.Digest, ChainRun.Run(Plan with { Seed = 4 }).Digest);

    [Theory]
    [InlineData("ru-RU")]
    [InlineData("tr-TR")]
    [InlineData("ar-SA")]
    public void A_culture_changes_nothing(string name)
    {
        var before = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        var culture = CultureInfo.GetCultureInfo(name);
        (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, culture);
        try
        {
            Assert.NotEqual("1,234.5", $"{1234.5:N1}");
            AssertSame(ChainRun.Run(Plan));
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = before;
        }
    }

    [Fact]
    public void A_busy_machine_changes_nothing()
    {
        using var load = new Load(threads: 4);

        AssertSame(ChainRun.Run(Plan));
    }

    [Theory]
    [InlineData("Pacific/Chatham", "tr_TR.UTF-8")]
    [InlineData("America/New_York", "ar_SA.UTF-8")]
    [InlineData("UTC", "C")]
    public async Task Another_process_and_time_zone_change_nothing(string zone, string locale)
    {
        await using var process = WorldProcess.Start(
            Path.Combine(AppContext.BaseDirectory, "SmartCardCrm.World"),
            ["--plain", .. PlanText.Options(Plan)],
            new("TZ", zone), new("LC_ALL", locale));

        var said = await process.Output.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Contains($"digest: {First.Value.Digest}\n", said, StringComparison.Ordinal);
        Assert.Contains($"taps: {First.Value.Taps}\n", said, StringComparison.Ordinal);
    }

    private static void AssertSame(WorldOutcome again)
    {
        var first = First.Value;
        Assert.Equal(first.Digest, again.Digest);
        Assert.Equal(first.Taps, again.Taps);
        Assert.Equal(first.TerminalTime, again.TerminalTime);
        Assert.Equal(first.Faults, again.Faults);
        Assert.Equal(first.Cells, again.Cells);
        Assert.Equal(first.Violation, again.Violation);
        Assert.Equal(first.Story, again.Story);
    }

    /// <summary>Threads that compute and fill memory, so that the run is interrupted and collected at other
    /// moments.</summary>
    private sealed class Load : IDisposable
    {
        private readonly List<Thread> _threads;
        private volatile bool _stopped;

        public Load(int threads)
        {
            _threads =
                [.. Enumerable.Range(0, threads).Select(_ => new Thread(Burn) { IsBackground = true })];
            _threads.ForEach(thread => thread.Start());
        }

        public void Dispose()
        {
            _stopped = true;
            _threads.ForEach(thread => thread.Join());
        }

        private void Burn()
        {
            while (!_stopped)
                GC.KeepAlive(new byte[100_000]);
        }
    }
}
