using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SmartCardCrm.Server;
using SmartCardCrm.Server.Commands;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.Sync;

namespace SmartCardCrm.Network.Tests;

/// <summary>One authority takes over from another: the whole server and whole terminals, over real sockets,
/// and nobody visits a shop.</summary>
public sealed class RollOverTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("roll-over-");
    private readonly List<RunningTerminal> _terminals = [];
    private readonly VaultContent _content =
        VaultContent.Create(RandomNumberGenerator.Fill, TimeProvider.System.GetUtcNow().AddDays(-1));

    private KeyVault? _vault;
    private WebApplication? _server;
    private Uri _grpc = new("https://127.0.0.1:0");

    private AuthorityDesk Desk => _server!.Services.GetRequiredService<AuthorityDesk>();

    public async ValueTask DisposeAsync()
    {
        foreach (var terminal in _terminals)
            await terminal.DisposeAsync();
        await StopServerAsync();
        _content.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task All_terminals_follow_the_next_authority_also_one_that_was_switched_off()
    {
        await StartServerAsync();
        var (first, second) = (await EnrolAsync("first"), await EnrolAsync("second"));
        await EventuallyAsync(() => Connected(first) && Connected(second));
        await EventuallyAsync(() => first.HasRules && second.HasRules);
        await second.StopAsync();

        await StopServerAsync();
        _content.AddAuthority(TimeProvider.System.GetUtcNow());
        var next = SHA256.HashData(_content.Authorities[1].Certificate.Span);
        await StartServerAsync();

        await EventuallyAsync(() => Follows(first, next));
        Assert.False(Follows(second, next));
        Assert.Equal("terminals-behind", Desk.Retire([], "test"));
        second.Start();
        await EventuallyAsync(() => Follows(second, next));
        await EventuallyAsync(() => Connected(first) && Connected(second));
        Assert.Equal(_content.Authorities[0].Certificate.ToArray(), first.Authority);

        Assert.Null(Desk.Retire([], "test"));

        foreach (var terminal in _terminals)
        {
            await EventuallyAsync(() => SHA256.HashData(terminal.Authority).SequenceEqual(next));
            Assert.False(File.Exists(terminal.Data.NextAuthority));
            await EventuallyAsync(() => Connected(terminal));
            await terminal.StopAsync();
            Assert.True(terminal.HasRules);
            terminal.Start();
        }

        await EventuallyAsync(() => Connected(first) && Connected(second));
        Assert.Equal("authority-alone", Desk.Retire([], "test"));
    }

    [Fact]
    public async Task A_terminal_that_was_left_behind_reaches_the_server_no_more_and_the_others_do()
    {
        await StartServerAsync();
        var (first, second) = (await EnrolAsync("first"), await EnrolAsync("second"));
        await EventuallyAsync(() => Connected(first) && Connected(second));
        await second.StopAsync();
        await StopServerAsync();
        _content.AddAuthority(TimeProvider.System.GetUtcNow());
        var next = SHA256.HashData(_content.Authorities[1].Certificate.Span);
        await StartServerAsync();
        await EventuallyAsync(() => Follows(first, next));

        Assert.Null(Desk.Retire([second.Number], "test"));

        await Assert.ThrowsAsync<RpcException>(() => CallAsync(second));
        await CallAsync(first);
        await EventuallyAsync(() => Connected(first));
        // Also after a restart the book knows who speaks.
        await StopServerAsync();
        await StartServerAsync();
        await EventuallyAsync(() => Connected(first));
        Assert.Equal(Convert.ToHexString(next), Desk.Report().Current);
    }

    private bool Connected(RunningTerminal terminal) =>
        _server!.Services.GetRequiredService<OpenLines>().IsOpen(terminal.Number);

    private bool Follows(RunningTerminal terminal, byte[] authority) => Desk.Report().Terminals
        .Single(row => row.Terminal == terminal.Number).Follows(Convert.ToHexString(authority));

    private async Task CallAsync(RunningTerminal terminal)
    {
        using var certificates = TerminalCertificates.Load(terminal.Data);
        using var channel = ServerLink.Mutual(_grpc, certificates);
        await new TerminalSync.TerminalSyncClient(channel).FetchCardKeysAsync(new CardKeysRequest());
    }

    private async Task<RunningTerminal> EnrolAsync(string name)
    {
        var desk = _server!.Services.GetRequiredService<EnrolmentDesk>();
        var token = desk.NewToken(new TerminalPlace(name, 1, "UTC"), "test").Text;
        Assert.True(Terminal.Keys.EnrolmentToken.TryParse(token, out var parsed));
        var data = new DataFolder(Path.Combine(_folder.FullName, name));
        var enrolled = await new Terminal.Keys.Enrolment(data, TimeProvider.System).Run(
            parsed, new EnrolmentWish(_grpc, name, CardKeyStorage.Memory),
            TestContext.Current.CancellationToken);
        var terminal = new RunningTerminal(Path.Combine(_folder.FullName, name), data, enrolled.Terminal);
        _terminals.Add(terminal);
        terminal.Start();
        return terminal;
    }

    private async Task StartServerAsync()
    {
        // Each start opens the vault, as it lies there.
        var encoded = _content.Encode();
        _vault = KeyVault.Holding(VaultContent.Decode(encoded));
        var options = new ServerOptions
        {
            DataFolder = Directory.CreateDirectory(Path.Combine(_folder.FullName, "server")).FullName,
            PeopleUrl = new Uri("http://127.0.0.1:0"),
            TerminalsUrl = _grpc,
            VaultPassphraseFile = "",
        };
        _server = ServerHost.Build(options, _vault, builder => builder.Logging.ClearProviders());
        await _server.StartAsync(TestContext.Current.CancellationToken);
        _grpc = new Uri(Endpoints.Of(_server).Grpc);
    }

    private async Task StopServerAsync()
    {
        if (_server is null)
            return;
        await _server.StopAsync();
        await _server.DisposeAsync();
        _server = null;
        _vault?.Dispose();
    }

    private static async Task EventuallyAsync(Func<bool> isSo)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, "It has not come about.");
            await Task.Delay(
                TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>A terminal as `terminal serve` runs it, with a virtual reader on which no card ever
    /// lies.</summary>
    private sealed class RunningTerminal(string path, DataFolder data, uint number) : IAsyncDisposable
    {
        private CancellationTokenSource? _stop;
        private Task _running = Task.CompletedTask;

        public uint Number => number;

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
                new TerminalOptions(path, new Uri("http://127.0.0.1:0"), [], [FreePort()]),
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
}
