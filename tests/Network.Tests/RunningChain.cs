using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SmartCardCrm.Server;
using SmartCardCrm.Server.Commands;
using SmartCardCrm.Server.Relay;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Network.Tests;

/// <summary>The whole server and whole terminals in this process, over real sockets.</summary>
internal sealed class RunningChain : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("chain-");
    private readonly List<RunningTerminal> _terminals = [];
    private KeyVault? _vault;
    private WebApplication? _server;

    /// <summary>What lies in the vault; the server opens it at its next start.</summary>
    public VaultContent Content { get; } =
        VaultContent.Create(RandomNumberGenerator.Fill, TimeProvider.System.GetUtcNow().AddDays(-1));

    public IReadOnlyList<RunningTerminal> Terminals => _terminals;

    public Uri Grpc { get; private set; } = new("https://127.0.0.1:0");

    public IServiceProvider Services => _server!.Services;

    public async ValueTask DisposeAsync()
    {
        foreach (var terminal in _terminals)
            await terminal.DisposeAsync();
        await StopServerAsync();
        Content.Dispose();
        _folder.Delete(recursive: true);
    }

    public bool Connected(RunningTerminal terminal) =>
        Services.GetRequiredService<OpenLines>().IsOpen(terminal.Number);

    /// <summary>Whether the server can drive cards on the terminal's reader: that is asked for on a stream of
    /// its own.</summary>
    public bool Lends(RunningTerminal terminal) =>
        Services.GetRequiredService<RelayDesk>().Readers.Any(reader => reader.Terminal == terminal.Number);

    public async Task<RunningTerminal> EnrolAsync(string name)
    {
        var desk = Services.GetRequiredService<EnrolmentDesk>();
        var token = desk.NewToken(new TerminalPlace(name, 1, "UTC"), "test").Text;
        Assert.True(Terminal.Keys.EnrolmentToken.TryParse(token, out var parsed));
        var data = new DataFolder(Path.Combine(_folder.FullName, name));
        var enrolled = await new Terminal.Keys.Enrolment(data, TimeProvider.System).Run(
            parsed, new EnrolmentWish(Grpc, name, CardKeyStorage.Memory),
            TestContext.Current.CancellationToken);
        var terminal = new RunningTerminal(Path.Combine(_folder.FullName, name), data, enrolled.Terminal);
        _terminals.Add(terminal);
        terminal.Start();
        return terminal;
    }

    public async Task StartServerAsync()
    {
        // Each start opens the vault, as it lies there.
        var encoded = Content.Encode();
        _vault = KeyVault.Holding(VaultContent.Decode(encoded));
        var options = new ServerOptions
        {
            DataFolder = Directory.CreateDirectory(Path.Combine(_folder.FullName, "server")).FullName,
            PeopleUrl = new Uri("http://127.0.0.1:0"),
            TerminalsUrl = Grpc,
            VaultPassphraseFile = "",
            FactoryCards = true,
        };
        _server = ServerHost.Build(options, _vault, builder =>
        {
            builder.Logging.ClearProviders();
            // A busy machine is no customer in a hurry.
            builder.Configuration[$"{RelayOptions.Section}:{nameof(RelayOptions.ServedIdleMs)}"] = "10000";
        });
        await _server.StartAsync(TestContext.Current.CancellationToken);
        Grpc = new Uri(Endpoints.Of(_server).Grpc);
    }

    public async Task StopServerAsync()
    {
        if (_server is null)
            return;
        await _server.StopAsync();
        await _server.DisposeAsync();
        _server = null;
        _vault?.Dispose();
    }

    public static Task EventuallyAsync(Func<bool> isSo) => EventuallyAsync(() => Task.FromResult(isSo()));

    public static async Task EventuallyAsync(Func<Task<bool>> isSo)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, "It has not come about.");
            await Task.Delay(
                TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
