using Microsoft.Extensions.Options;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Members;

namespace SmartCardCrm.Server.Relay;

/// <summary>The batches that are being worked on, one at a terminal. What was begun is in the book, so that
/// it can be gone on with at any other time and counter.</summary>
internal sealed class BenchDesk(
    RelayDesk relay, CardIssuer issuer, BenchBook book, AnonymousBook members, IOptions<RelayOptions> options,
    TimeProvider clock, ILogger<BenchDesk> log) : IDisposable
{
    private const string LanguageOfNobody = "en";

    private static readonly TimeSpan Unattended = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<uint, BenchJob> _jobs = [];

    /// <summary>Starts working on a batch. The terminal exists; checked by the caller.</summary>
    /// <returns>How it stands, or a stable code that says why it does not begin: batch-unknown, not-a-bench,
    /// bench-busy.</returns>
    public (BenchProgress? Begun, string? Refusal) Start(BenchRequest request)
    {
        if (book.Batch(request.Batch) is not { } batch)
            return (null, "batch-unknown");
        if (request.Task == BenchTask.Prepare && !options.Value.IsBench(request.Terminal))
            return (null, "not-a-bench");
        lock (_lock)
        {
            if (_jobs.TryGetValue(request.Terminal, out var before))
            {
                if (!before.IsOver)
                    return (null, "bench-busy");
                before.Dispose();
            }

            var job = new BenchJob(Guid.CreateVersion7(clock.GetUtcNow()), request, batch, Tools());
            _jobs[request.Terminal] = job;
            book.Note(batch, request.Task, request.By, AuditAction.BenchBegun);
            job.Start();
            return (job.Progress, null);
        }
    }

    public BenchProgress? Find(Guid id)
    {
        lock (_lock)
            return _jobs.Values.SingleOrDefault(job => job.Id == id)?.Progress;
    }

    /// <summary>Ends a job, and waits until the card that is on the reader has had its turn.</summary>
    /// <returns>How it ended; null where there is no such job.</returns>
    public BenchProgress? End(Guid id)
    {
        BenchJob? job;
        lock (_lock)
            job = _jobs.Values.SingleOrDefault(one => one.Id == id);
        if (job is null)
            return null;
        job.Stop();
        return job.Progress;
    }

    public void Dispose()
    {
        foreach (var job in _jobs.Values)
            job.Dispose();
        _jobs.Clear();
    }

    private BenchTools Tools() => new(
        relay, issuer, book, (programme, by) => members.Add(programme, LanguageOfNobody, by).Id)
    {
        Clock = clock,
        Retry = TimeSpan.FromMilliseconds(options.Value.RetryMs),
        Unattended = Unattended,
        Log = log,
    };
}
