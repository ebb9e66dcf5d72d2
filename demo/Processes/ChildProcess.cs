using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SmartCardCrm.Demo.Processes;

/// <summary>How to start a program.</summary>
/// <param name="Name">What people call it; also names its log file.</param>
/// <param name="Program">Path or command.</param>
/// <param name="Arguments">Never anything secret: command lines are public on a machine.</param>
/// <param name="LogFile">Everything it prints goes there as well, appended.</param>
internal sealed record ChildCommand(
    string Name, string Program, IReadOnlyList<string> Arguments, string LogFile)
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>
/// A program this one started. It is stopped by its process id, and ended with this object.
/// </summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan StopTimeMost = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly Action<string> _onLine;
    private readonly Task _pumps;
    private readonly Lock _lock = new();
    private volatile bool _isEndWanted;

    private ChildProcess(ChildCommand command, Process process, Action<string> onLine)
    {
        Name = command.Name;
        _process = process;
        _onLine = onLine;
        _log = new StreamWriter(
            File.Open(command.LogFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
        {
            AutoFlush = true,
        };
        _pumps = Task.WhenAll(
            PumpAsync(process.StandardOutput, isOutput: true),
                PumpAsync(process.StandardError, isOutput: false));
    }

    public string Name { get; }

    public int Id => _process.Id;

    /// <summary>It has ended, and nobody here wanted it to.</summary>
    public bool HasDied => _process.HasExited && !_isEndWanted;

    /// <summary>
    /// Starts it with its input, output and errors in our hands, in a session of its own: a Ctrl-C is for us.
    /// </summary>
    /// <param name="command">What to start.</param>
    /// <param name="onLine">Called for each line of output (not of errors), on a pool thread, one at a
    /// time.</param>
    public static ChildProcess Start(ChildCommand command, Action<string> onLine)
    {
        var start = new ProcessStartInfo("setsid", [command.Program, .. command.Arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;
        var process = Process.Start(start)
            ?? throw new InvalidOperationException($"{command.Program} did not start.");
        return new ChildProcess(command, process, onLine);
    }

    public async Task WriteLineAsync(string line, CancellationToken cancellation)
    {
        await _process.StandardInput.WriteAsync((line + "\n").AsMemory(), cancellation);
        await _process.StandardInput.FlushAsync(cancellation);
    }

    /// <summary>Nothing more will be written to it.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    public async Task<int> ExitedAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        await _pumps;
        return _process.ExitCode;
    }

    /// <summary>Ends it at once, as a power cut would (SIGKILL, this one process).</summary>
    public async Task KillAsync()
    {
        _isEndWanted = true;
        if (!_process.HasExited)
            _process.Kill();
        await ExitedAsync(CancellationToken.None);
    }

    /// <summary>Asks it to end; one that does not is killed.</summary>
    /// <remarks>By SIGTERM: a shell starts what runs in its background with SIGINT ignored.</remarks>
    public async Task StopAsync()
    {
        _isEndWanted = true;
        using var patience = new CancellationTokenSource(StopTimeMost, TimeProvider.System);
        try
        {
            if (!_process.HasExited)
                _ = SendSignal(_process.Id, Terminate);
            await ExitedAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
        await _log.DisposeAsync();
    }

    private async Task PumpAsync(StreamReader from, bool isOutput)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (_lock)
                _log.WriteLine(line);
            if (isOutput)
                _onLine(line);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
