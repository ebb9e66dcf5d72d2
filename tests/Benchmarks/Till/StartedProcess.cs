using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SmartCardCrm.Benchmarks.Till;

/// <summary>A .NET program of this build, started and ready.</summary>
internal sealed class StartedProcess : IDisposable
{
    private readonly Process _process;

    private StartedProcess(Process process) => _process = process;

    /// <summary>What it wrote before it was ready.</summary>
    public IReadOnlyList<string> Lines { get; private set; } = [];

    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public long ResidentBytesMost => _process.PeakWorkingSet64;

    /// <summary>The terminal at work, on a folder of its own and a reader for cards in software.</summary>
    public static Task<StartedProcess> TerminalAsync(string data, int vpcdPort) => StartAsync(
    [
        Beside("SmartCardCrm.Terminal.dll"), "serve", "--data", data, "--urls", "http://127.0.0.1:0",
        "--vpcd-port", vpcdPort.ToString(CultureInfo.InvariantCulture),
    ]);

    /// <summary>An application that does nothing.</summary>
    public static Task<StartedProcess> EmptyAsync() =>
        StartAsync([typeof(StartedProcess).Assembly.Location, "empty"]);

    /// <summary>A loopback port that nobody has.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string Beside(string file) => Path.Combine(AppContext.BaseDirectory, file);

    private static async Task<StartedProcess> StartAsync(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException(start.FileName);
        var errors = new List<string?>();
        process.ErrorDataReceived += (_, line) => errors.Add(line.Data);
        process.BeginErrorReadLine();
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == EmptyApplication.ReadyLine)
                return new StartedProcess(process) { Lines = lines };
            lines.Add(line);
        }

        throw new InvalidOperationException($"It ended before it was ready: {string.Join('\n', errors)}");
    }
}
