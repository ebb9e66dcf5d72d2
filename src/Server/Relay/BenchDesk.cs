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

    /// <summary>What was begun by somebody who may look elsewhere ends when no card is laid for so
    /// long.</summary>
    public TimeSpan NextCardMost => TimeSpan.FromMinutes(options.Value.IssueMinutes);

    /// <summary>What is being worked on now, by terminal.</summary>
    public IReadOnlyList<BenchProgress> Running
    {
        get
        {
            lock (_lock)
            {
                return [.. _jobs.Values.Select(job => job.Progress).Where(job => !job.IsOver)
                    .OrderBy(job => job.Request.Terminal)];
            }
        }
    }

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
                if (!before.Progress.IsOver)
                    return (null, "bench-busy");
                before.Dispose();
            }

            var job = new BenchJob(Guid.CreateVersion7(clock.GetUtcNow()), request, batch, Tools(request));
            _jobs[request.Terminal] = job;
            book.Note(batch, request.Task, request.By, AuditAction.BenchBegun);
            job.Start();
            return (job.Progress, null);
        }
    }

    /// <summary>How a job stands; whoever only looks does not keep it going.</summary>
    public BenchProgress? Find(Guid id) => JobOf(id)?.Progress;

    /// <summary>How a job stands, for who is at its counter.</summary>
    public BenchProgress? Attend(Guid id) => JobOf(id)?.Attend();

    /// <summary>Ends a job, and waits until it has.</summary>
    /// <returns>How it ended; null where there is no such job.</returns>
    public BenchProgress? End(Guid id)
    {
        if (JobOf(id) is not { } job)
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

    private BenchJob? JobOf(Guid id)
    {
        lock (_lock)
            return _jobs.Values.SingleOrDefault(job => job.Id == id);
    }

    private BenchTools Tools(BenchRequest request) => new(
        relay, issuer, book, (programme, by) => members.Add(programme, LanguageOfNobody, by).Id)
    {
        Clock = clock,
        Retry = TimeSpan.FromMilliseconds(options.Value.RetryMs),
        Patience = request.MayBeLeft ? NextCardMost : Unattended,
        Log = log,
    };
}
