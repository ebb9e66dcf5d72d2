using System.Threading.Channels;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.Sync;
using SmartCardCrm.Terminal.Tests.Doctor;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Sync;

/// <summary>When the terminal asks for its card keys.</summary>
public sealed class KeyFetchTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fetch-");
    private readonly Chain _chain = new();
    private readonly Shop _shop;
    private readonly EnrolledFolder _enrolled = new();
    private readonly TerminalCertificates _certificates;
    private readonly CardKeyDelivery _delivery;
    private readonly SilentServer _server;
    private readonly GrpcSync _sync;
    private readonly FaultBook _faults = new();

    public KeyFetchTests()
    {
        _certificates = TerminalCertificates.Load(_enrolled.Data);
        _shop = new Shop(_chain);
        _shop.Keys.Dispose();
        var enrolled = new EnrolledTerminal(
            1, "Till 3", 7, 42, "UTC", "USD", new Uri("https://127.0.0.1:5290"), CardKeyStorage.Memory);
        _delivery = new CardKeyDelivery(
            enrolled, new DataFolder(_folder.FullName), _shop.Keys, _chain.Clock);
        _server = new SilentServer(
            _chain.Delivery(1, heldSecondsMost: 8), Channel.CreateUnbounded<string>());
        _sync = new GrpcSync(
            new TerminalSync.TerminalSyncClient(_server),
            new SyncRooms(
                _shop.Till, _delivery,
                new CertificateRenewal(
                    new TerminalSync.TerminalSyncClient(_server), _certificates, _faults, _chain.Clock,
                    NullLogger<CertificateRenewal>.Instance),
                new SyncLine(),
                new ClockWatch(_faults, _chain.Clock, NullLogger<ClockWatch>.Instance),
                new TerminalEnd(null!, null!)),
            _chain.Clock, _chain.Random, NullLogger<GrpcSync>.Instance);
    }

    public void Dispose()
    {
        _sync.Dispose();
        _delivery.Dispose();
        _shop.Dispose();
        _certificates.Dispose();
        _enrolled.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Keys_are_fetched_again_well_before_their_time_while_the_stream_stays_open()
    {
        await _sync.StartAsync(CancellationToken.None);
        await Happens("fetch");
        await Happens("stream");

        _chain.Clock.Advance(TimeSpan.FromSeconds(2));

        await Happens("fetch");
        await _sync.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task An_opened_terminal_reports_and_asks_for_no_keys_until_it_is_released()
    {
        _delivery.Bar();
        await _sync.StartAsync(CancellationToken.None);
        await Happens("stream");
        var ready = _shop.Keys.Ready;

        _delivery.Allow();

        await Happens("fetch");
        Assert.False(ready);
        await _sync.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_welcome_that_tells_another_time_is_a_fault()
    {
        var hourAgo = _chain.Microseconds - 3_600_000_000;
        _server.Says = new ServerMessage { Welcome = new Welcome { ServerTimeUs = hourAgo } };

        await _sync.StartAsync(CancellationToken.None);
        await Happens("fetch");
        await Happens("stream");

        Assert.True(SpinWait.SpinUntil(() => _faults.Lines.Count > 0, Patience));
        Assert.Equal("clock: 1 h 0 min ahead of the server's", _faults.Lines[0]);
        await _sync.StopAsync(CancellationToken.None);
    }

    private async Task Happens(string what) => Assert.Equal(
        what, await _server.Calls.Reader.ReadAsync().AsTask().WaitAsync(Patience));

    /// <summary>Gives keys, takes everything, and says one thing at most.</summary>
    private sealed class SilentServer(CardKeysReply keys, Channel<string> calls)
        : UnaryServer(_ => Told(calls, keys))
    {
        public Channel<string> Calls => calls;

        public ServerMessage? Says { get; set; }

        public override AsyncDuplexStreamingCall<TRequest, TResponse>
            AsyncDuplexStreamingCall<TRequest, TResponse>(
                Method<TRequest, TResponse> method, string? host, CallOptions options)
        {
            calls.Writer.TryWrite("stream");
            return new AsyncDuplexStreamingCall<TRequest, TResponse>(
                new Sink<TRequest>(), new Silence<TResponse>(Says), Task.FromResult(new Metadata()),
                () => Status.DefaultSuccess, () => [], () => { });
        }

        private static CardKeysReply Told(Channel<string> calls, CardKeysReply keys)
        {
            calls.Writer.TryWrite("fetch");
            return keys;
        }

        private sealed class Sink<T> : IClientStreamWriter<T>
        {
            public WriteOptions? WriteOptions { get; set; }

            public Task WriteAsync(T message) => Task.CompletedTask;

            public Task WriteAsync(T message, CancellationToken cancellationToken) => Task.CompletedTask;

            public Task CompleteAsync() => Task.CompletedTask;
        }

        private sealed class Silence<T>(object? first) : IAsyncStreamReader<T>
        {
            private bool _said = first is null;

            public T Current => (T)first!;

            public Task<bool> MoveNext(CancellationToken cancellationToken)
            {
                var says = !_said;
                _said = true;
                return says ? Task.FromResult(true) : new TaskCompletionSource<bool>().Task;
            }
        }
    }
}
