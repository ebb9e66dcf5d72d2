using System.Globalization;

namespace SmartCardCrm.World;

/// <summary>How far a campaign goes.</summary>
/// <param name="Seeds">So many from the first; none of them is run twice.</param>
/// <param name="Time">Begins no seed after so long.</param>
/// <param name="Processes">How many seeds run at once, at least 1.</param>
/// <param name="File">Where the tally is kept; null for nowhere.</param>
internal sealed record CampaignGoal(ulong Seeds, TimeSpan Time, int Processes, string? File);

/// <summary>Runs seeds, several at once, and adds up what they came to.</summary>
/// <param name="tally">Where it goes on.</param>
/// <param name="start">Makes one runner for each process.</param>
/// <param name="progress">Gets a line now and then, and each finding.</param>
internal sealed class Campaign(
    CampaignGoal goal, Tally tally, Func<ISeedRunner> start, TextWriter progress, TimeProvider clock)
{
    // Something is thoroughly broken: more of the same says nothing new.
    private const int FindingsMost = 20;
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly long _started = clock.GetTimestamp();
    private readonly double _hoursBefore = tally.Hours;
    private readonly long _tapsBefore = tally.Taps;
    private ulong _next = tally.From;

    /// <summary>Ends when the goal is reached, or too much was found.</summary>
    /// <exception cref="OperationCanceledException">Stopped before; what is finished is in the
    /// file.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await using var ticking = clock.CreateTimer(_ => Tell(), state: null, ProgressEvery, ProgressEvery);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAll(Enumerable.Range(0, goal.Processes).Select(_ => WorkOrStopAllAsync(stop)));
    }

    // Where one lane fails (a full disk, a program that does not start), the others need not go on.
    private async Task WorkOrStopAllAsync(CancellationTokenSource stop)
    {
        try
        {
            await WorkAsync(stop.Token);
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private async Task WorkAsync(CancellationToken cancellation)
    {
        await using var runner = start();
        while (NextSeed() is { } seed)
            Add(await runner.RunAsync(seed, cancellation));
    }

    private ulong? NextSeed()
    {
        lock (_lock)
        {
            if (tally.Findings.Count >= FindingsMost || clock.GetElapsedTime(_started) >= goal.Time)
                return null;
            while (tally.HasRun(_next))
                _next++;
            return _next - tally.From < goal.Seeds ? _next++ : null;
        }
    }

    private void Add(SeedReport report)
    {
        lock (_lock)
        {
            tally.Add(report);
            tally.Hours = _hoursBefore + clock.GetElapsedTime(_started).TotalHours;
            if (goal.File is { } file)
                tally.Save(file);
            if (report.Violation is { } violation)
                progress.WriteLine(
                    $"violation: {violation.Invariant}: {violation.What}\n"
                    + $"  reproduce: {PlanText.Command(WorldPlan.Of(report.Seed))}");
        }
    }

    private void Tell()
    {
        lock (_lock)
        {
            var rate = (tally.Taps - _tapsBefore) / clock.GetElapsedTime(_started).TotalSeconds;
            var line = string.Create(
                CultureInfo.InvariantCulture, $"{tally.Seeds} seeds, {tally.Taps} taps, {rate:F0} taps/s");
            progress.WriteLine($"{line}, {tally.Findings.Count} violations");
        }
    }
}
