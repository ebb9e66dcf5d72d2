using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.Sync;

namespace SmartCardCrm.Terminal.Doctor;

/// <summary>How far one gets on the way to the server.</summary>
internal enum ServerReach
{
    /// <summary>Its name has no address.</summary>
    NoName = 0,

    /// <summary>Nothing answers at address and port.</summary>
    NoConnection = 1,

    /// <summary>TLS fails, or shows a certificate of another authority, name or time.</summary>
    NotTrusted = 2,

    /// <summary>It is the server, and it does not let this terminal in.</summary>
    Refused = 3,

    /// <summary>It takes this terminal's certificate.</summary>
    Accepted = 4,
}

/// <summary>The server as this terminal finds it.</summary>
/// <param name="Code">The server's or gRPC's code where it refuses, else empty.</param>
/// <param name="Text">Why it went no further; or its addresses.</param>
/// <param name="RoundTrip">Of one call on an open connection.</param>
/// <param name="Ahead">This machine's clock less the server's, to the second.</param>
internal sealed record ServerSight(
    ServerReach Reach, string Code, string Text, TimeSpan RoundTrip, TimeSpan? Ahead);

/// <summary>
/// Goes the way to the server, step by step. No call of it changes anything there: the authority is asked
/// for as before an enrolment, whose answer also carries the server's time, and card keys are asked for and
/// not read, which is the only call with this terminal's certificate that does not displace its stream.
/// </summary>
internal sealed class ServerProbe(Uri server, TimeProvider clock)
{
    private static readonly TimeSpan StepMost = TimeSpan.FromSeconds(5);

    private static readonly Method<CardKeysRequest, byte[]> FetchCardKeys = new(
        MethodType.Unary, "smartcardcrm.sync.v1.TerminalSync", "FetchCardKeys",
        Marshallers.Create(r => r.ToByteArray(), CardKeysRequest.Parser.ParseFrom),
        Marshallers.Create(_ => [], Unread));

    private TimeSpan? _ahead;
    private TimeSpan _roundTrip;

    /// <param name="certificates">Null where they cannot be read: then it goes as far as without.</param>
    public async Task<ServerSight> Look(TerminalCertificates? certificates, CancellationToken cancellation)
    {
        if (await Connect(cancellation) is var (reach, why))
            return new ServerSight(reach, "", why, default, null);
        if (certificates is null)
        {
            await TimeOfWhoeverAnswers(cancellation);
            return Sight(ServerReach.NotTrusted, "", "This terminal's certificates cannot be read.");
        }

        try
        {
            using var verified = ServerLink.Verified(server, certificates.Authorities);
            await Ask(verified, cancellation);                       // the first one shakes hands
            await Ask(verified, cancellation);
            using var mutual = ServerLink.Mutual(server, certificates);
            await mutual.CreateCallInvoker().AsyncUnaryCall(
                FetchCardKeys, host: null, Options(cancellation), new CardKeysRequest());
            return Sight(ServerReach.Accepted, "", server.ToString());
        }
        catch (RpcException failed) when (IsAboutTrust(failed))
        {
            if (_ahead is null)
                await TimeOfWhoeverAnswers(cancellation);
            return Sight(ServerReach.NotTrusted, "", Innermost(failed));
        }
        catch (RpcException failed)
        {
            return Sight(ServerReach.Refused, ServerLink.CodeOf(failed), ServerLink.TextOf(failed));
        }
    }

    private ServerSight Sight(ServerReach reach, string code, string text) =>
        new(reach, code, text, _roundTrip, _ahead);

    private async Task<(ServerReach Reach, string Why)?> Connect(CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(StepMost);
        var reach = ServerReach.NoName;
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(server.DnsSafeHost, late.Token);
            reach = ServerReach.NoConnection;
            using var client = new TcpClient();
            await client.ConnectAsync(addresses, server.Port, late.Token);
            return null;
        }
        catch (SocketException failed)
        {
            return (reach, failed.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (reach, $"No answer within {StepMost.TotalSeconds} s.");
        }
    }

    private async Task Ask(GrpcChannel channel, CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        using var call = new SyncContract.Enrolment.EnrolmentClient(channel).FetchAuthorityAsync(
            new AuthorityRequest(), Options(cancellation));
        var headers = await call.ResponseHeadersAsync;
        await call;
        _roundTrip = clock.GetElapsedTime(began);
        if (DateTimeOffset.TryParseExact(
            headers.GetValue("date"), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
            out var said))
        {
            _ahead = clock.GetUtcNow() - said;
        }
    }

    // A clock far off makes every certificate look wrong; then the time is worth a look all the same.
    private async Task TimeOfWhoeverAnswers(CancellationToken cancellation)
    {
        try
        {
            using var channel = ServerLink.Unverified(server);
            await Ask(channel, cancellation);
        }
        catch (RpcException)
        {
            _ahead = null;
        }
    }

    private CallOptions Options(CancellationToken cancellation) =>
        new(deadline: ServerLink.Deadline(clock), cancellationToken: cancellation);

    private static byte[] Unread(byte[] answer)
    {
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(answer);
        return [];
    }

    private static bool IsAboutTrust(RpcException failed)
    {
        for (var cause = failed.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException)
                return true;
        }

        return false;
    }

    private static string Innermost(RpcException failed) =>
        failed.Status.DebugException?.GetBaseException().Message ?? failed.Status.Detail;
}
