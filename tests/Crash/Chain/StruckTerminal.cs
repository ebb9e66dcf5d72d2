using System.Diagnostics;
using System.Globalization;
using SmartCardCrm.Crash.Blows;
using SmartCardCrm.Crash.Judge;
using SmartCardCrm.Demo.Processes;

namespace SmartCardCrm.Crash.Chain;

/// <summary>
/// A terminal as a process that is struck, ends, and is started again on the same data. What ends it
/// otherwise is a violation.
/// </summary>
/// <param name="folder">Its data.</param>
/// <param name="vpcdPort">Where its reader waits for cards.</param>
/// <param name="logs">Where its own words and strace's go.</param>
internal sealed class StruckTerminal(TerminalFolder folder, int vpcdPort, string logs) : IAsyncDisposable
{
    private const int KilledBySignal = 128 + 9;
    private const int CleanEnd = 0;
    private const int FailedEnd = 1;

    // What an operator reads when its disk has failed: the journal, or another file.
    private static readonly string[] DiskFailed = ["error journal-failed: ", "error data-unusable: "];

    private static readonly TimeSpan ReadyWithin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EndsAtOnce = TimeSpan.FromMilliseconds(20);

    // From a blow at the very end of an act until the process has gone down.
    private static readonly TimeSpan SinksWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KilledWithin = TimeSpan.FromMilliseconds(300);

    private readonly int _port = Loopback.FreePorts(1)[0];
    private readonly string _name = Path.GetFileName(folder.Path);
    private ChildProcess? _process;
    private Tracer? _tracer;
    private Blow? _blow;
    private long _logFrom;
    private int _starts;
    private bool _isTracedFromStart;
    private bool _hasEnded;
    private bool _isCounting;
    private int _counted;
    private IReadOnlyDictionary<int, string> _threads = new Dictionary<int, string>();

    public TerminalFolder Folder => folder;

    public Uri Address => new(FormattableString.Invariant($"http://127.0.0.1:{_port}"));

    public string Reader => FormattableString.Invariant($"vpcd:{vpcdPort}");

    public string Log => Path.Combine(logs, $"{_name}.log");

    /// <summary>Whether anybody may ask it something, and it was not closed.</summary>
    public bool IsAtWork => _process is not null;

    /// <summary>Whether the blow that was dealt has reached its call.</summary>
    public bool IsStruck { get; private set; }

    /// <summary>Whether an error was put into its call, and it went on all the same.</summary>
    public bool HasBorneIt => IsStruck && !_hasEnded;

    private string Trace => Path.Combine(
        logs, string.Create(CultureInfo.InvariantCulture, $"{_name}-{_starts}.strace"));

    /// <summary>The next start happens under this blow, or the running process is struck by it.</summary>
    public async Task DealAsync(Blow blow, CancellationToken cancellation)
    {
        (_blow, IsStruck, _hasEnded) = (blow, false, false);
        if (Threads.IsOfStart(blow.Place.Thread) || _process is null)
            return;
        var threads = KernelList.Threads(_process.Id)
            .Where(t => Threads.OfKernelName(t.Value) == blow.Place.Thread).Select(t => t.Key).ToList();
        if (threads.Count > 0)
        {
            File.Delete(Trace);
            _tracer = await Tracer.AttachAsync(
                _process.Id, threads, Strace.Striking(folder, Trace, blow), Log, cancellation);
        }
    }

    /// <summary>No blow is due any more.</summary>
    public async Task SpareAsync(CancellationToken cancellation)
    {
        await LetGoAsync();
        IsStruck |= Strace.HasInjected(Trace);
        // strace notes an error that it injects, and no signal.
        if (!_hasEnded)
            await ReviveAsync(IsStruck ? SinksWithin : KilledWithin, cancellation);
        _blow = null;
        if (_isTracedFromStart && _process is not null)
        {
            await KillAsync();
            await StartAsync(cancellation);
        }
    }

    /// <summary>Starts it, and again when a blow ended the start.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        if (_blow is { } blow && Threads.IsOfStart(blow.Place.Thread) && !IsStruck)
        {
            _isTracedFromStart = true;
            if (await TryStartAsync(Strace.Striking(folder, NextTrace(), blow), cancellation))
            {
                IsStruck = Strace.HasInjected(Trace);
                return;
            }

            await JudgeEndAsync();
        }

        if (_isCounting)
        {
            (_isCounting, _isTracedFromStart) = (false, true);
            if (!await TryStartAsync(Strace.Counting(folder, NextTrace()), cancellation))
                throw new InvalidOperationException($"The terminal did not start under strace: see {Log}");
            _counted = KernelList.Children(_process!.Id).Single();
            return;
        }

        _isTracedFromStart = false;
        NextTrace();
        if (!await TryStartAsync([], cancellation))
            throw new Violation("liveness", $"the terminal does not start any more: see {Log}");
    }

    /// <summary>Counts its calls from now on, or, at the start of an act that starts it, from that start
    /// on.</summary>
    public async Task BeginCountAsync(bool fromStart, CancellationToken cancellation)
    {
        _isCounting = fromStart;
        if (fromStart || _process is null)
            return;
        File.Delete(Trace);
        (_counted, _threads) = (_process.Id, KernelList.Threads(_process.Id));
        _tracer = await Tracer.AttachAsync(
            _counted, [_counted], Strace.Counting(folder, Trace), Log, cancellation);
    }

    /// <summary>How many calls of which kind each of these threads has made.</summary>
    public async Task<Dictionary<(string Thread, string Call), int>> EndCountAsync(
        IReadOnlyList<string> struck, CancellationToken cancellation)
    {
        var trace = Trace;
        var isFromStart = _isTracedFromStart;
        await SpareAsync(cancellation);
        return Strace.Count(File.ReadLines(trace), struck, Name, folder);

        string? Name(int thread) =>
            isFromStart ? (thread == _counted ? Threads.Main : null)
            : _threads.TryGetValue(thread, out var name) ? Threads.OfKernelName(name) : null;
    }

    /// <summary>Kills it at a call of its own, which something makes it do.</summary>
    public async Task KillAtAsync(
        string thread, string call, int number, Func<Task> provoke, CancellationToken cancellation)
    {
        var process = _process ?? throw new InvalidOperationException("It does not run.");
        var struck = KernelList.Threads(process.Id).Where(t => t.Value == thread).Select(t => t.Key).ToList();
        var blow = new Blow(new Place(0, "", thread, call), number, Fault.Kill);
        var tracer = await Tracer.AttachAsync(
            process.Id, struck, Strace.Striking(folder, NextTrace(), blow), Log, cancellation);
        await provoke();
        await process.ExitedAsync(cancellation);
        await tracer.DisposeAsync();
        await process.DisposeAsync();
        _process = null;
    }

    /// <summary>Somebody has looked at the terminal that was opened.</summary>
    public async Task ReleaseAsync(CancellationToken cancellation)
    {
        var command = new ChildCommand(
            _name, BuiltPrograms.Terminal, ["release-tamper", "--data", folder.Path], Log);
        await using var releasing = ChildProcess.Start(command, _ => { });
        if (await releasing.ExitedAsync(cancellation) != CleanEnd)
            throw new InvalidOperationException($"It could not be released: see {Log}");
    }

    /// <summary>
    /// After a call that nobody answered: when the process has ended, it is judged and started again.
    /// </summary>
    /// <returns>False when it still runs.</returns>
    public Task<bool> ReviveAsync(CancellationToken cancellation) => ReviveAsync(EndsAtOnce, cancellation);

    private async Task<bool> ReviveAsync(TimeSpan endsWithin, CancellationToken cancellation)
    {
        if (_process is { } running && !await HasEndedAsync(running, endsWithin))
            return false;
        await JudgeEndAsync();
        await StartAsync(cancellation);
        return true;
    }

    /// <summary>Asks it to end, and judges how it does.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            await process.StopAsync();
            await JudgeEndAsync(isWanted: true);
        }
    }

    /// <summary>A power cut for this one process, of which nothing is asked.</summary>
    public async Task KillAsync()
    {
        await LetGoAsync();
        if (_process is not { } process)
            return;
        _process = null;
        // Killed itself, strace would leave behind what it has started.
        foreach (var traced in KernelList.Children(process.Id))
        {
            using var terminal = Process.GetProcessById(traced);
            terminal.Kill();
        }

        if (!_isTracedFromStart)
            await process.KillAsync();
        await process.ExitedAsync(CancellationToken.None).WaitAsync(EndsWithin, FairClock.Shared);
        await process.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private static async Task<bool> HasEndedAsync(ChildProcess process, TimeSpan within)
    {
        try
        {
            await process.ExitedAsync(CancellationToken.None).WaitAsync(within);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task LetGoAsync()
    {
        if (_tracer is null)
            return;
        await _tracer.DisposeAsync();
        _tracer = null;
        IsStruck |= Strace.HasInjected(Trace);
    }

    private string NextTrace()
    {
        _starts++;
        return Trace;
    }

    private async Task<bool> TryStartAsync(IReadOnlyList<string> strace, CancellationToken cancellation)
    {
        IReadOnlyList<string> serve =
        [
            BuiltPrograms.Terminal, "serve", "--data", folder.Path, "--urls", Address.ToString().TrimEnd('/'),
            "--vpcd-port", vpcdPort.ToString(CultureInfo.InvariantCulture),
        ];
        IReadOnlyList<string> all = strace.Count == 0 ? serve : ["strace", .. strace, .. serve];
        var command = new ChildCommand(_name, all[0], [.. all.Skip(1)], Log)
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                // The runtime's own sockets are not what the disk is asked for.
                ["DOTNET_EnableDiagnostics"] = "0",
                // strace counts thread by thread, so that all calls of one kind must be of one thread.
                ["DOTNET_ThreadPool_ForceMinWorkerThreads"] = "1",
                ["DOTNET_ThreadPool_ForceMaxWorkerThreads"] = "1",
            },
        };
        _logFrom = File.Exists(Log) ? new FileInfo(Log).Length : 0;
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = ChildProcess.Start(command, line =>
        {
            if (line == "ready")
                ready.TrySetResult();
        });
        var ended = _process.ExitedAsync(cancellation);
        var first = await Task.WhenAny(ready.Task, ended)
            .WaitAsync(ReadyWithin, FairClock.Shared, cancellation);
        return first == ready.Task;
    }

    /// <summary>A blow, or the person who stops it, may end a terminal; and it says why.</summary>
    private async Task JudgeEndAsync(bool isWanted = false)
    {
        if (_process is not { } process)
            return;
        _process = null;
        var code = await process.ExitedAsync(CancellationToken.None).WaitAsync(EndsWithin, FairClock.Shared);
        await process.DisposeAsync();
        await LetGoAsync();
        _hasEnded = true;
        if (isWanted && code == CleanEnd)
            return;

        var said = await ReadFromAsync(_logFrom);
        var isRight = _blow?.Fault == Fault.Kill
            ? code == KilledBySignal
            // A tracer that lets go just then may keep the code to itself; what was said is said.
            : _blow is not null && code is FailedEnd or CleanEnd
                && DiskFailed.Any(error => said.Contains(error, StringComparison.Ordinal));
        IsStruck |= isRight;
        if (!isRight)
            throw new Violation("liveness", $"the terminal ended with {code}: see {Log}");
    }

    private async Task<string> ReadFromAsync(long from)
    {
        await using var file = File.Open(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(from, SeekOrigin.Begin);
        using var reader = new StreamReader(file);
        return await reader.ReadToEndAsync();
    }
}
