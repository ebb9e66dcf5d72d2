using Microsoft.Extensions.Options;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Terminals;

namespace SmartCardCrm.Server.Relay;

/// <summary>
/// The cards that staff are issuing. Jobs live as long as the server; what a job has begun is in the book and
/// on the card, so that another job can go on with it.
/// </summary>
internal sealed class IssueDesk(
    RelayDesk relay, CardIssuer issuer, IOptions<RelayOptions> options, TimeProvider clock,
    ILogger<IssueDesk> log) : IDisposable
{
    private const int JobsMost = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, IssueJob> _jobs = [];

    /// <summary>All jobs, the newest first.</summary>
    public IReadOnlyList<IssueProgress> Jobs
    {
        get
        {
            lock (_lock)
                return [.. _jobs.Values.Select(job => job.Progress).OrderByDescending(job => job.Id)];
        }
    }

    /// <summary>Starts waiting for the card. Member and terminal exist; checked by the caller.</summary>
    public IssueProgress Start(IssueRequest request)
    {
        var job = new IssueJob(
            Guid.CreateVersion7(clock.GetUtcNow()), request, TimeSpan.FromMinutes(options.Value.IssueMinutes),
            new IssueTools(relay, issuer)
            {
                Clock = clock,
                Retry = TimeSpan.FromMilliseconds(options.Value.RetryMs),
                Log = log,
                FactoryCards = options.Value.FactoryCards,
            });
        lock (_lock)
        {
            ForgetOldest();
            _jobs.Add(job.Progress.Id, job);
        }

        job.Start();
        return job.Progress;
    }

    public IssueProgress? Find(Guid id)
    {
        lock (_lock)
            return _jobs.GetValueOrDefault(id)?.Progress;
    }

    /// <summary>A job at a terminal of one of these stores.</summary>
    public IssueProgress? Find(Guid id, TerminalBook terminals, StoreScope within) =>
        Find(id) is { } job && terminals.Find(job.Request.Terminal, within) is not null ? job : null;

    /// <summary>Gives a job up; one that is over stays as it is.</summary>
    /// <returns>False where there is no such job.</returns>
    public bool Cancel(Guid id)
    {
        lock (_lock)
        {
            if (!_jobs.TryGetValue(id, out var job))
                return false;
            job.Cancel();
            return true;
        }
    }

    public void Dispose()
    {
        foreach (var job in _jobs.Values)
            job.Dispose();
        _jobs.Clear();
    }

    private void ForgetOldest()
    {
        if (_jobs.Count < JobsMost)
            return;
        var oldest = _jobs.Values.Where(job => job.Progress.IsOver).MinBy(job => job.Progress.Id);
        if (oldest is not null && _jobs.Remove(oldest.Progress.Id))
            oldest.Dispose();
    }
}
