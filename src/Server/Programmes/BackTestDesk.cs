using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Programmes;

/// <summary>Where a back-test has got to.</summary>
internal enum BackTestState
{
    Running = 0,
    Done,
    Cancelled,
    Failed,
}

/// <summary>A back-test as people follow it.</summary>
/// <param name="Rules">What is tested: draft:3, or version:2.</param>
/// <param name="From">The first day, in the programme's zone.</param>
/// <param name="Through">The last.</param>
/// <param name="SalesRead">Of <paramref name="SalesAll"/>, which is as of the beginning.</param>
internal sealed record BackTestProgress(
    Guid Id, string Rules, DateOnly From, DateOnly Through, BackTestState State, long SalesRead,
    long SalesAll)
{
    public long BegunUs { get; init; }

    /// <summary>As they were when it began. Not sent.</summary>
    [JsonIgnore]
    public RuleSet Tested { get; init; } = ProgrammeBook.FirstRules;

    public BackTestResult? Result { get; init; }
}

/// <summary>Runs back-tests beside the day's work, one at a time, and keeps the last few.</summary>
internal sealed partial class BackTestDesk(
    Database database, ProgrammeBook programmes, TimeProvider clock, ILogger<BackTestDesk> log) : IDisposable
{
    private const int KeptMost = 16;
    private const int TellEvery = 500;

    private readonly ConcurrentDictionary<Guid, BackTestProgress> _jobs = new();
    private readonly ConcurrentDictionary<Guid, CancellationTokenSource> _running = new();
    private readonly Lock _gate = new();

    /// <summary>Begins a back-test.</summary>
    /// <param name="name">Of the rules, for people.</param>
    /// <param name="rules">To be tested.</param>
    /// <param name="from">The first day.</param>
    /// <param name="through">The last, not before the first.</param>
    /// <returns>Null while another runs.</returns>
    public BackTestProgress? Start(string name, RuleSet rules, DateOnly from, DateOnly through)
    {
        var programme = programmes.All().Single(p => p.Number == rules.Programme);
        var sales = new StoredSales(database, programme, from, through);
        lock (_gate)
        {
            if (!_running.IsEmpty)
                return null;
            foreach (var oldest in _jobs.Keys.Order().Take(Math.Max(_jobs.Count - KeptMost + 1, 0)))
                _jobs.TryRemove(oldest, out _);
            var id = Guid.CreateVersion7(clock.GetUtcNow());
            var stop = new CancellationTokenSource();
            _running[id] = stop;
            var job = new BackTestProgress(id, name, from, through, BackTestState.Running, 0, sales.Count())
            {
                BegunUs = clock.Microseconds(),
                Tested = rules,
            };
            _jobs[id] = job;
            // What it fails of is caught there.
            _ = Task.Factory.StartNew(
                () => Run(id, new BackTest(rules), sales, stop.Token), CancellationToken.None,
                TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return job;
        }
    }

    /// <summary>Those that are kept, newest first.</summary>
    public IReadOnlyList<BackTestProgress> All => [.. _jobs.Values.OrderByDescending(job => job.Id)];

    public BackTestProgress? Find(Guid id) => _jobs.GetValueOrDefault(id);

    /// <summary>Ends it before its time; one that is over stays as it is.</summary>
    /// <returns>False where there is no such back-test.</returns>
    public bool Cancel(Guid id)
    {
        if (_running.TryGetValue(id, out var stop))
            stop.Cancel();
        return _jobs.ContainsKey(id);
    }

    public void Dispose()
    {
        foreach (var stop in _running.Values)
            stop.Cancel();
    }

    private void Run(Guid id, BackTest test, StoredSales sales, CancellationToken stop)
    {
        var end = BackTestState.Failed;
        BackTestResult? result = null;
        try
        {
            (end, result) = Fold(id, test, sales, stop) ? (BackTestState.Done, test.Result()) : (
                BackTestState.Cancelled, null);
        }
        catch (Exception failure)
        {
            LogFailed(failure, id);
        }
        finally
        {
            Tell(id, job => job with { State = end, Result = result });
            _running.TryRemove(id, out _);
        }
    }

    private bool Fold(Guid id, BackTest test, StoredSales sales, CancellationToken stop)
    {
        var read = 0L;
        foreach (var sale in sales.Read())
        {
            test.Add(sale);
            if (++read % TellEvery == 0)
                Tell(id, job => job with { SalesRead = read });
            if (stop.IsCancellationRequested)
                return false;
        }

        Tell(id, job => job with { SalesRead = read });
        return true;
    }

    private void Tell(Guid id, Func<BackTestProgress, BackTestProgress> change)
    {
        if (_jobs.TryGetValue(id, out var job))
            _jobs[id] = change(job);
    }

    [LoggerMessage(LogLevel.Error, "Back-test {Id} failed.")]
    private partial void LogFailed(Exception failure, Guid id);
}
