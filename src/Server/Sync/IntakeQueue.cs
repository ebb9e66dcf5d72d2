using System.Threading.Channels;
using SmartCardCrm.Server.Telemetry;

namespace SmartCardCrm.Server.Sync;

/// <summary>
/// The one writer of what terminals report. What waits together is committed together, so that many terminals
/// cost one sync of the disk; each is answered only after that.
/// </summary>
internal sealed partial class IntakeQueue(
    Intake intake, FeedBell bell, ServerMetrics metrics, IntakeTrace trace, TimeProvider clock,
    ILogger<IntakeQueue> log) : BackgroundService
{
    // Longer than the largest commit takes on the slowest disk that keeps up with a chain.
    private static readonly TimeSpan CommitMost = TimeSpan.FromMinutes(1);

    private const int WaitingMost = 256;
    private const int TogetherMost = 64;

    private readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(WaitingMost);

    // When the commit under way began; 0 for none.
    private long _committingSince;

    /// <summary>Whether what comes is taken, and what is being taken gets on.</summary>
    public bool IsAlive =>
        ExecuteTask is { IsCompleted: false }
        && (Interlocked.Read(ref _committingSince) is var since
            && (since == 0 || clock.GetElapsedTime(since) < CommitMost));

    /// <summary>Reads a delivery on the caller's thread.</summary>
    public IReadOnlyList<ReadEntry> Read(Delivery delivery) => intake.Read(delivery);

    /// <summary>Ends when the entries are on the disk, whatever was thought of them.</summary>
    /// <param name="entries">Of one terminal, following on; checked by the caller.</param>
    /// <param name="cancellation">Ends the wait, not the work.</param>
    public async Task TakeAsync(IReadOnlyList<ReadEntry> entries, CancellationToken cancellation)
    {
        using var span = IntakeTrace.Begin(entries);
        var waiting = new Waiting(
            entries, clock.GetTimestamp(), new(TaskCreationOptions.RunContinuationsAsynchronously));
        await _waiting.Writer.WriteAsync(waiting, cancellation);
        trace.Taken(span, entries, await waiting.Done.Task.WaitAsync(cancellation));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var together = new List<Waiting>(TogetherMost);
        while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            together.Clear();
            while (together.Count < TogetherMost && _waiting.Reader.TryRead(out var next))
                together.Add(next);
            Commit(together);
        }
    }

    // The top of the loop: whatever goes wrong with these, the next ones are tried.
    private void Commit(List<Waiting> together)
    {
        Interlocked.Exchange(ref _committingSince, clock.GetTimestamp());
        try
        {
            var entries = ReadEntry.InOrder(together.SelectMany(waiting => waiting.Entries));
            var verdicts = entries.Zip(intake.Take(entries))
                .ToDictionary(one => one.First, one => one.Second);
            foreach (var (its, arrived, done) in together)
            {
                List<Verdict> judged = [.. its.Select(entry => verdicts[entry])];
                metrics.Taken(judged, clock.GetElapsedTime(arrived));
                done.SetResult(judged);
            }

            bell.Ring();
        }
        catch (Exception failure)
        {
            LogFailed(log, failure, together.Count);
            foreach (var waiting in together)
                waiting.Done.SetException(new IOException("The delivery could not be stored.", failure));
        }
        finally
        {
            Interlocked.Exchange(ref _committingSince, 0);
        }
    }

    [LoggerMessage(LogLevel.Error, "{Deliveries} deliveries could not be stored.")]
    private static partial void LogFailed(ILogger log, Exception failure, int deliveries);

    private sealed record Waiting(
        IReadOnlyList<ReadEntry> Entries, long Arrived, TaskCompletionSource<IReadOnlyList<Verdict>> Done);
}
