using System.Threading.Channels;

namespace SmartCardCrm.Server.Sync;

/// <summary>
/// The one writer of what terminals report. What waits together is committed together, so that many terminals
/// cost one sync of the disk; each is answered only after that.
/// </summary>
internal sealed partial class IntakeQueue(Intake intake, FeedBell bell, ILogger<IntakeQueue> log)
    : BackgroundService
{
    private const int WaitingMost = 256;
    private const int TogetherMost = 64;

    private readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(WaitingMost);

    /// <summary>Reads a delivery on the caller's thread.</summary>
    public IReadOnlyList<ReadEntry> Read(Delivery delivery) => intake.Read(delivery);

    /// <summary>Ends when the entries are on the disk, whatever was thought of them.</summary>
    /// <param name="entries">Of one terminal, following on; checked by the caller.</param>
    /// <param name="cancellation">Ends the wait, not the work.</param>
    public async Task TakeAsync(IReadOnlyList<ReadEntry> entries, CancellationToken cancellation)
    {
        var waiting = new Waiting(entries, new(TaskCreationOptions.RunContinuationsAsynchronously));
        await _waiting.Writer.WriteAsync(waiting, cancellation);
        await waiting.Done.Task.WaitAsync(cancellation);
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
        try
        {
            intake.Take(ReadEntry.InOrder(together.SelectMany(waiting => waiting.Entries)));
            foreach (var waiting in together)
                waiting.Done.SetResult();
            bell.Ring();
        }
        catch (Exception failure)
        {
            LogFailed(log, failure, together.Count);
            foreach (var waiting in together)
                waiting.Done.SetException(new IOException("The delivery could not be stored.", failure));
        }
    }

    [LoggerMessage(LogLevel.Error, "{Deliveries} deliveries could not be stored.")]
    private static partial void LogFailed(ILogger log, Exception failure, int deliveries);

    private sealed record Waiting(IReadOnlyList<ReadEntry> Entries, TaskCompletionSource Done);
}
