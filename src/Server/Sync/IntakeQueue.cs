using System.Threading.Channels;
using SmartCardCrm.Server.Telemetry;

namespace SmartCardCrm.Server.Sync;

/// <summary>
/// The one writer of what terminals report. What waits together is committed together, so that many terminals
/// cost one sync of the disk; each is answered only after that. Where journals are behind, the end of what
/// one has sent may wait for the next commit (<see cref="Abreast"/>), and for no other.
/// </summary>
internal sealed partial class IntakeQueue(
    Intake intake, FeedBell bell, ServerMetrics metrics, IntakeTrace trace, TimeProvider clock,
    ILogger<IntakeQueue> log) : BackgroundService
{
    // Longer than the largest commit takes on the slowest disk that keeps up with a chain.
    private static readonly TimeSpan CommitMost = TimeSpan.FromMinutes(1);

    private const int WaitingMost = 256;
    private const int TogetherMost = 64;

    // Half of what a terminal sends before it waits: so those that are behind have the rest here when the
    // next commit begins, and none gets ahead of the others.
    private const int OfEachMost = 2;

    // What kept one journal from being sent has mostly kept others, and what has waited for so long may wait
    // until those are read too.
    private static readonly TimeSpan OthersComeWithin = TimeSpan.FromMilliseconds(100);

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
        var waiting = new Waiting(entries, clock.GetTimestamp());
        await _waiting.Writer.WriteAsync(waiting, cancellation);
        trace.Taken(span, entries, await waiting.Done.WaitAsync(cancellation));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        List<Waiting> together = [];
        while (together.Count > 0 || await _waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            stoppingToken.ThrowIfCancellationRequested();
            var isFirst = together.Count == 0;
            Gather(together);
            if (isFirst && together.Exists(waiting => Abreast.IsBehind(waiting.Rest.Count)))
            {
                await Task.Delay(OthersComeWithin, clock, stoppingToken);
                Gather(together);
            }

            Commit([.. together
                .GroupBy(waiting => waiting.Terminal).SelectMany(journal => journal.Take(OfEachMost))]);
            together.RemoveAll(waiting => waiting.Done.IsCompleted);
        }
    }

    private void Gather(List<Waiting> together)
    {
        while (together.Count < TogetherMost && _waiting.Reader.TryRead(out var next))
            together.Add(next);
    }

    // The top of the loop: whatever goes wrong with these, the next ones are tried.
    private void Commit(List<Waiting> together)
    {
        Interlocked.Exchange(ref _committingSince, clock.GetTimestamp());
        try
        {
            var counts = Abreast.Cut(
                [.. together.Select(waiting => waiting.Rest)], at => !together[at].HasWaited);
            var entries = ReadEntry.InOrder(
                together.Zip(counts).SelectMany(one => one.First.Rest.Take(one.Second)));
            var verdicts = entries.Zip(intake.Take(entries))
                .ToDictionary(one => one.First, one => one.Second);
            foreach (var (waiting, count) in together.Zip(counts))
            {
                if (waiting.Judge([.. waiting.Rest.Take(count).Select(entry => verdicts[entry])]) is { } all)
                    metrics.Taken(all, clock.GetElapsedTime(waiting.Arrived));
            }

            bell.Ring();
        }
        catch (Exception failure)
        {
            LogFailed(log, failure, together.Count);
            foreach (var waiting in together)
                waiting.Fail(new IOException("The delivery could not be stored.", failure));
        }
        finally
        {
            Interlocked.Exchange(ref _committingSince, 0);
        }
    }

    [LoggerMessage(LogLevel.Error, "{Deliveries} deliveries could not be stored.")]
    private static partial void LogFailed(ILogger log, Exception failure, int deliveries);

    /// <summary>A delivery of which somebody waits for the end.</summary>
    private sealed class Waiting(IReadOnlyList<ReadEntry> entries, long arrived)
    {
        private readonly List<Verdict> _verdicts = [];
        private readonly TaskCompletionSource<IReadOnlyList<Verdict>> _done =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Arrived => arrived;

        public long Terminal { get; } = entries[0].Place.Terminal;

        /// <summary>What is not taken yet.</summary>
        public IReadOnlyList<ReadEntry> Rest { get; private set; } = entries;

        /// <summary>A commit has left some of it.</summary>
        public bool HasWaited { get; private set; }

        public Task<IReadOnlyList<Verdict>> Done => _done.Task;

        /// <summary>The first of the rest are on the disk.</summary>
        /// <returns>What was thought of all of it; null while there is more.</returns>
        public List<Verdict>? Judge(IReadOnlyList<Verdict> verdicts)
        {
            _verdicts.AddRange(verdicts);
            Rest = [.. Rest.Skip(verdicts.Count)];
            HasWaited = true;
            if (Rest.Count > 0)
                return null;
            _done.SetResult(_verdicts);
            return _verdicts;
        }

        public void Fail(Exception failure) => _done.SetException(failure);
    }
}
