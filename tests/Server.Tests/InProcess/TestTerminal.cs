using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.InProcess;

/// <summary>A terminal's end of the door: real TLS with the authority pinned, and a certificate or
/// none.</summary>
internal sealed class TestTerminal : IDisposable
{
    private readonly GrpcChannel _channel;

    /// <param name="server">Whom to call.</param>
    /// <param name="authority">DER of the pinned authority; null believes anybody, as before
    /// enrolment.</param>
    /// <param name="certificate">The client's, with its key; null for none.</param>
    public TestTerminal(InProcessServer server, ByteString? authority, X509Certificate2? certificate)
    {
        Certificate = certificate;
        var handler = new SocketsHttpHandler
        {
            SslOptions =
            {
                ClientCertificates = certificate is null ? [] : [certificate],
                LocalCertificateSelectionCallback =
                    certificate is null ? null : (_, _, _, _, _) => certificate,
                RemoteCertificateValidationCallback = (_, shown, _, errors) =>
                    authority is null || IsFrom(authority, shown!, errors),
            },
        };
        _channel = GrpcChannel.ForAddress(
            server.Endpoints.Grpc,
            new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    public X509Certificate2? Certificate { get; }

    /// <summary>The terminal's number; 0 where it did not enrol.</summary>
    public uint Number { get; private init; }

    public Enrolment.EnrolmentClient Enrolment => new(_channel);

    public TerminalSync.TerminalSyncClient Sync => new(_channel);

    /// <summary>Enrols with a new token.</summary>
    /// <param name="pins">False where the server lives in another time: then anybody is believed.</param>
    public static async Task<TestTerminal> EnrolAsync(InProcessServer server, bool pins = true)
    {
        using var stranger = new TestTerminal(server, null, null);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var reply = await stranger.Enrolment.EnrolAsync(Request(server.NewToken(), key));
        using var open = X509CertificateLoader.LoadCertificate(reply.Certificate.Span);
        return new TestTerminal(server, pins ? reply.Authority : null, open.CopyWithPrivateKey(key))
        {
            Number = reply.Terminal,
        };
    }

    public static EnrolRequest Request(string token, ECDsa key) =>
        new()
        {
            Token = token,
            CertificateRequest = ByteString.CopyFrom(
                new CertificateRequest("CN=whoever", key, HashAlgorithmName.SHA256).CreateSigningRequest()),
            Name = "Till",
            SoftwareVersion = "test",
        };

    /// <summary>The same terminal, calling a server that has moved to other ports.</summary>
    /// <param name="server">The server.</param>
    /// <param name="authority">DER of the authority that it must have; null for any.</param>
    public TestTerminal At(InProcessServer server, ByteString? authority = null) =>
        new(server, authority, Certificate) { Number = Number };

    /// <summary>Opens the stream and says hello as a terminal with this journal.</summary>
    /// <param name="journal">All of it.</param>
    /// <param name="read">The last of the feed that it has; null for nothing.</param>
    public async Task<ExchangeCall> HelloAsync(
        IReadOnlyList<JournalEntry> journal, FeedBatch? read = null)
    {
        var call = new ExchangeCall(Sync.Exchange());
        await call.SendAsync(new TerminalMessage
        {
            Hello = new Hello
            {
                ProtocolVersion = 1,
                HeadSequence = journal.Count == 0 ? 0 : journal[^1].Sequence,
                HeadHash = journal.Count == 0 ? ByteString.CopyFrom(new byte[32]) : journal[^1].ChainHash,
                FeedEpoch = read?.Epoch ?? 0,
                FeedCursor = read?.Through ?? 0,
            },
        });
        return call;
    }

    public void Dispose()
    {
        _channel.Dispose();
        Certificate?.Dispose();
    }

    private static bool IsFrom(ByteString authority, X509Certificate shown, SslPolicyErrors errors)
    {
        using var root = X509CertificateLoader.LoadCertificate(authority.Span);
        using var leaf = X509CertificateLoader.LoadCertificate(shown.GetRawCertData());
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && chain.Build(leaf);
    }
}

/// <summary>An open exchange, message by message.</summary>
internal sealed class ExchangeCall(AsyncDuplexStreamingCall<TerminalMessage, ServerMessage> call)
    : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public Task SendAsync(TerminalMessage message) => call.RequestStream.WriteAsync(message);

    public Task SendAsync(params IEnumerable<JournalEntry> entries) =>
        SendAsync(new TerminalMessage { Batch = new EntryBatch { Entries = { entries } } });

    /// <summary>The next message of one kind; others in between are passed over.</summary>
    public async Task<ServerMessage> NextAsync(ServerMessage.ContentOneofCase kind)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await call.ResponseStream.MoveNext(patience.Token))
        {
            if (call.ResponseStream.Current.ContentCase == kind)
                return call.ResponseStream.Current;
        }

        throw new InvalidOperationException($"The stream ended without {kind}.");
    }

    /// <summary>Sends entries and gives what the server acknowledges.</summary>
    public async Task<uint> AcknowledgedAsync(params IEnumerable<JournalEntry> entries)
    {
        await SendAsync(entries);
        return (await NextAsync(ServerMessage.ContentOneofCase.Acknowledgement)).Acknowledgement.Through;
    }

    /// <summary>Reads on until the server refuses: the code in the last message, which is also the
    /// status.</summary>
    public async Task<string> RefusedAsync()
    {
        var code = (await NextAsync(ServerMessage.ContentOneofCase.Refusal)).Refusal.Code;
        var end = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal(code, end.Status.Detail);
        return code;
    }

    public void Dispose() => call.Dispose();
}
