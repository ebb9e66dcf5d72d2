using System.Security.Cryptography;
using SmartCardCrm.Demo.Processes;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Load.Chain;

/// <summary>The server, a process on a data folder, always at the same two ports.</summary>
internal sealed class Headquarters : IAsyncDisposable
{
    private readonly IReadOnlyList<int> _ports = Loopback.FreePorts(2);
    private readonly DirectoryInfo _work;
    private ChildProcess? _process;

    /// <param name="work">Where its data folders and its log are.</param>
    public Headquarters(DirectoryInfo work)
    {
        _work = work;
        Folder = work.CreateSubdirectory("server").FullName;
        if (!File.Exists(PassphraseFile))
            File.WriteAllText(PassphraseFile, Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));
    }

    /// <summary>The data folder that it serves.</summary>
    public string Folder { get; set; }

    public string PassphraseFile => Path.Combine(_work.FullName, "passphrase");

    public Uri Terminals => new(FormattableString.Invariant($"https://127.0.0.1:{_ports[1]}"));

    public Uri People => new(FormattableString.Invariant($"http://127.0.0.1:{_ports[0]}"));

    private string Log => Path.Combine(_work.FullName, "server.log");

    /// <summary>Opens the vault; makes it at first.</summary>
    public KeyVault OpenVault(TimeProvider clock) => KeyVault.OpenOrCreate(
        Path.Combine(Folder, "vault"), File.ReadAllBytes(PassphraseFile), RandomNumberGenerator.Fill,
        clock.GetUtcNow());

    public Database OpenBook() => BookHome.Open(Folder);

    /// <summary>The one-time code for the first administrator; null when there is one already.</summary>
    public string? FirstLoginCode { get; private set; }

    public async Task StartAsync(CancellationToken cancellation) =>
        _process = await ReadyProcess.StartAsync(
            Command("serve", "--urls", People.ToString().TrimEnd('/'), "--grpc",
                Terminals.ToString().TrimEnd('/'), "--vault-passphrase-file", PassphraseFile),
            Heard, cancellation);

    /// <summary>This moment, with SIGKILL.</summary>
    public async Task KillAsync()
    {
        await _process!.KillAsync();
        await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>As whoever looks after it stops it.</summary>
    public async Task StopAsync()
    {
        await _process!.DisposeAsync();
        _process = null;
    }

    /// <summary>Runs another of the server's commands on its folder.</summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public async Task<IReadOnlyList<string>> CommandAsync(
        CancellationToken cancellation, params IReadOnlyList<string> arguments)
    {
        var printed = new List<string>();
        await using var process = ChildProcess.Start(Command(arguments), printed.Add);
        process.CloseInput();
        return await process.ExitedAsync(cancellation) == 0
            ? printed
            : throw new InvalidOperationException($"server {arguments[0]} failed: see {Log}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
    }

    private void Heard(string line)
    {
        if (line.StartsWith("first login:", StringComparison.Ordinal))
            FirstLoginCode = line[(line.IndexOf('#', StringComparison.Ordinal) + 1)..].Trim();
    }

    private ChildCommand Command(params IReadOnlyList<string> arguments) => new(
        "server", BuiltPrograms.Server, [arguments[0], "--data", Folder, .. arguments.Skip(1)], Log);
}
