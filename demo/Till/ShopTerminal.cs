using SmartCardCrm.Demo.Measuring;
using SmartCardCrm.Demo.Processes;

namespace SmartCardCrm.Demo.Till;

/// <summary>One reader of a terminal.</summary>
/// <param name="Index">Its place in the chain's configuration.</param>
/// <param name="Slot">Its place in the simulator's rack.</param>
/// <param name="Name">What the terminal calls it.</param>
internal sealed record ShopReader(ReaderIndex Index, int Slot, string Name);

/// <summary>How a terminal reaches its readers.</summary>
/// <param name="Arguments">For its command line.</param>
/// <param name="Environment">For its environment.</param>
/// <param name="IsTraced">Whether strace can watch it.</param>
internal sealed record TerminalSetting(
    IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, bool IsTraced);

/// <summary>A terminal, as a process that can be killed and started again on the same data.</summary>
internal sealed class ShopTerminal : IAsyncDisposable
{
    private static readonly TimeSpan EnrolsWithin = TimeSpan.FromSeconds(60);

    private readonly ChainFolder _folder;
    private readonly TerminalSetting _setting;
    private readonly int _port = Loopback.FreePorts(1)[0];
    private readonly List<string> _traces = [];
    private ChildProcess? _process;
    private TillClient? _till;
    private CheckoutWatch? _watch;

    /// <summary>Not started yet.</summary>
    public ShopTerminal(int index, IReadOnlyList<ShopReader> readers, TerminalSetting setting,
        ChainFolder folder)
    {
        Index = index;
        Readers = readers;
        _setting = setting;
        _folder = folder;
    }

    /// <summary>0, 1, 2 …</summary>
    public int Index { get; }

    public IReadOnlyList<ShopReader> Readers { get; }

    public string Name => NameOf(Index);

    public string DataFolder => _folder.Terminal(Index);

    /// <summary>Told of each line that the running terminal prints, on a pool thread.</summary>
    public Action<string>? Printed { get; set; }

    public Uri Address => new(FormattableString.Invariant($"http://127.0.0.1:{_port}"));

    /// <summary>Where the key of its Till API is; there once it has been started.</summary>
    public string KeyFile => Path.Combine(DataFolder, "till-api.key");

    /// <summary>How its lights are wired; absent for none.</summary>
    public string SignalsFile => Path.Combine(DataFolder, "signals.json");

    public TillClient Till => _till ?? throw new InvalidOperationException($"{Name} has not been started.");

    public CheckoutWatch Watch =>
        _watch ?? throw new InvalidOperationException($"{Name} has not been started.");

    public static string NameOf(int index) => FormattableString.Invariant($"Till {index + 1}");

    /// <summary>
    /// Makes it a terminal of the chain. The token goes in by its standard input: it is a secret.
    /// </summary>
    /// <exception cref="InvalidOperationException">It was refused; the message names its log.</exception>
    public async Task EnrolAsync(Uri server, string token, CancellationToken cancellation)
    {
        var command = new ChildCommand(
            Name, BuiltPrograms.Terminal,
            ["enrol", "--data", DataFolder, "--server", server.ToString().TrimEnd('/'), "--name", Name],
                LogFile);
        await using var process = ChildProcess.Start(command, _ => { });
        await process.WriteLineAsync(token, cancellation);
        process.CloseInput();
        if (await process.ExitedAsync(cancellation).WaitAsync(EnrolsWithin, cancellation) != 0)
            throw new InvalidOperationException($"{Name} could not enrol; see {LogFile}");
    }

    public async Task StartAsync(CancellationToken cancellation)
    {
        IReadOnlyList<string> serve =
        [
            "serve", "--data", DataFolder, "--urls", Address.ToString().TrimEnd('/'), .. _setting.Arguments,
        ];
        var command = new ChildCommand(Name, BuiltPrograms.Terminal, serve, LogFile)
        {
            Environment = _setting.Environment,
        };
        if (_setting.IsTraced)
        {
            var trace = Path.Combine(
                _folder.Logs, FormattableString.Invariant($"fsyncs-{Index + 1}-{_traces.Count + 1}.strace"));
            _traces.Add(trace);
            command = command with
            {
                Program = "strace",
                Arguments = [.. FsyncLog.StraceArguments(trace), command.Program, .. command.Arguments],
            };
        }

        _process = await ReadyProcess.StartAsync(command, line => Printed?.Invoke(line), cancellation);
        Connect();
    }

    /// <summary>As a power cut would.</summary>
    public async Task KillAsync()
    {
        if (_process is not null)
            await _process.KillAsync();
    }

    /// <summary>What to tell when it has ended by itself; else null.</summary>
    public string? Death => _process is { HasDied: true } ? $"{Name} ended by itself; see {LogFile}" : null;

    /// <summary>All fsyncs of this run; null when nobody watched.</summary>
    public IReadOnlyList<Fsync>? ReadFsyncs() =>
        _setting.IsTraced ? [.. _traces.SelectMany(trace => FsyncLog.Read(File.ReadLines(trace)))] : null;

    public async ValueTask DisposeAsync()
    {
        if (_watch is not null)
            await _watch.DisposeAsync();
        _till?.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
    }

    private string LogFile => _folder.Log(FormattableString.Invariant($"terminal-{Index + 1}"));

    private void Connect()
    {
        if (_till is not null)
            return;
        _till = new TillClient(Address, File.ReadAllText(KeyFile).Trim());
        _watch = new CheckoutWatch(_till, TimeProvider.System);
        _watch.Start();
    }
}
