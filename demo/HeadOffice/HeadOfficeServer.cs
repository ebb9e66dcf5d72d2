using SmartCardCrm.Demo.Processes;

namespace SmartCardCrm.Demo.HeadOffice;

/// <summary>The server, as a process that can be killed and started again on the same data.</summary>
internal sealed class HeadOfficeServer(ChainFolder folder, int consolePort) : IAsyncDisposable
{
    private const string FirstLoginLine = "first login:";
    private ChildProcess? _process;

    /// <summary>Where people find it.</summary>
    public Uri Console { get; } = new(FormattableString.Invariant($"http://127.0.0.1:{consolePort}"));

    /// <summary>Where terminals find it; another port after each start.</summary>
    public int TerminalsPort { get; private set; }

    /// <summary>The one-time link for the first administrator; null when there is one already.</summary>
    public string? FirstLogin { get; private set; }

    /// <summary>Its operator token is a file of the data folder.</summary>
    public OperatorClient Connect() =>
        new(Console, File.ReadAllText(Path.Combine(folder.Server, "operator.token")).Trim());

    public async Task StartAsync(CancellationToken cancellation)
    {
        var command = new ChildCommand(
            "server", BuiltPrograms.Server,
            [
                "serve", "--data", folder.Server, "--urls", Console.ToString().TrimEnd('/'), "--grpc",
                "https://127.0.0.1:0", "--vault-passphrase-file", folder.VaultPassphraseFile,
                "--factory-cards",
            ],
            folder.Log("server"));
        _process = await ReadyProcess.StartAsync(command, Heard, cancellation);
        TerminalsPort = ReadyProcess.Endpoint(folder.Server, "grpc").Port;
    }

    /// <summary>As a power cut would.</summary>
    public async Task KillAsync()
    {
        if (_process is not null)
            await _process.KillAsync();
    }

    /// <summary>What to tell when it has ended by itself; else null.</summary>
    public string? Death =>
        _process is { HasDied: true } ? $"The server ended by itself; see {folder.Log("server")}" : null;

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
    }

    private void Heard(string line)
    {
        if (line.StartsWith(FirstLoginLine, StringComparison.Ordinal))
            FirstLogin = line[FirstLoginLine.Length..].Trim();
    }
}
