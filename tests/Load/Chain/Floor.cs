using SmartCardCrm.Load.Lines;

namespace SmartCardCrm.Load.Chain;

/// <summary>The chain at work: cards buy as fast as headquarters takes it, and terminals report.</summary>
internal sealed class Floor
{
    // So much may wait in journals before selling waits.
    private const int UnsentMost = 6_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly LoadChain _chain;
    private readonly TimeProvider _clock;
    private readonly IReadOnlyList<TerminalLine> _lines;
    private TaskCompletionSource _moved = New();

    public Floor(LoadChain chain, TimeProvider clock)
    {
        (_chain, _clock) = (chain, clock);
        _lines = [.. chain.Terminals.Select(terminal => new TerminalLine(terminal, clock))];
        foreach (var line in _lines)
            line.Moved += () => Interlocked.Exchange(ref _moved, New()).SetResult();
    }

    /// <summary>Entries that headquarters has acknowledged.</summary>
    public long Acknowledged => _lines.Sum(line => (long)line.Acknowledged);

    /// <summary>Entries that were ever written.</summary>
    public long Written => _chain.Terminals.Sum(terminal => (long)terminal.Head);

    /// <summary>What headquarters should never have said.</summary>
    public IReadOnlyList<string> Wrongs =>
    [
        .. _lines.Zip(_chain.Terminals).Where(pair => pair.First.Wrong is not null)
            .Select(pair => $"terminal {pair.Second.Number}: {pair.First.Wrong}"),
    ];

    /// <summary>Headquarters comes back from a backup, and may have less.</summary>
    public void Forget()
    {
        foreach (var line in _lines)
            line.Forget();
    }

    /// <summary>Terminals talk until told to stop.</summary>
    public Task TalkAsync(Uri server, CancellationToken stop) =>
        Task.WhenAll(_lines.Select(line => line.RunAsync(server, stop)));

    /// <summary>Cards buy until told to stop.</summary>
    public Task SellAsync(CancellationToken stop) => Task.Run(
        async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                if (Written - Acknowledged < UnsentMost)
                    _chain.Sell();
                else
                    await Task.Delay(Pause, _clock, CancellationToken.None);
            }
        },
        CancellationToken.None);

    /// <summary>Ends when so much is acknowledged, or something is wrong.</summary>
    public async Task ReachedAsync(long acknowledged, CancellationToken cancellation)
    {
        while (Acknowledged < acknowledged && Wrongs.Count == 0)
        {
            var moved = _moved.Task;
            if (Acknowledged < acknowledged)
                await moved.WaitAsync(TimeSpan.FromMinutes(2), _clock, cancellation);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
