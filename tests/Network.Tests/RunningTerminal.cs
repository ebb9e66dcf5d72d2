using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using SmartCardCrm.Terminal;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Network.Tests;

/// <summary>A terminal as `terminal serve` runs it, with a virtual reader of its own.</summary>
internal sealed class RunningTerminal(string path, DataFolder data, uint number) : IAsyncDisposable
{
    private CancellationTokenSource? _stop;
    private Task _running = Task.CompletedTask;

    public uint Number => number;

    public string TillApiKey => File.ReadAllText(data.TillApiKey).Trim();

    /// <summary>Where its till asks it; once it runs.</summary>
    public Uri TillApi => new(
        JsonDocument.Parse(File.ReadAllText(data.Endpoints)).RootElement.GetProperty("tillApi").GetString()!);

    /// <summary>Where its reader listens for a card.</summary>
    public int ReaderPort { get; } = FreePort();

    public DataFolder Data => data;

    public byte[] Authority => File.ReadAllBytes(data.Authority);

    /// <summary>Whether it has rules that an authority it trusts has signed. Asked from beside
    /// it.</summary>
    public bool HasRules
    {
        get
        {
            if (!File.Exists(data.JournalKey) || !File.Exists(data.Journal))
                return false;
            using var seal = JournalKeyFile.Load(data.JournalKey, RandomNumberGenerator.Fill);
            using var trusted = TrustedAuthorities.Load(data);
            return Terminal.Doctor.JournalSight.Look(new JournalFile(data.Journal, seal), trusted)
                .Replica?.Rules?.IsSigned == true;
        }
    }

    public void Start()
    {
        _stop = new CancellationTokenSource();
        _running = TerminalHost.Run(
            new TerminalOptions(path, new Uri("http://127.0.0.1:0"), [], [ReaderPort]),
            TimeProvider.System, _stop.Token);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    public async Task StopAsync()
    {
        if (_stop is null)
            return;
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        _stop = null;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
