using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Terminal.Sync;

/// <summary>The terminal's TLS connections to the server: who is believed, and who we say we are.</summary>
internal static class ServerLink
{
    /// <summary>How long one answer may take.</summary>
    public static readonly TimeSpan AnswerMost = TimeSpan.FromSeconds(10);

    // Only a refusal of the server's own making has it; its status detail is then the code.
    private const string TextTrailer = "error-text";

    private static readonly TimeSpan ConnectMost = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan QuietMost = TimeSpan.FromSeconds(20);

    // A renewed certificate is shown when the next connection is made: old ones take no new calls.
    private static readonly TimeSpan ConnectionMost = TimeSpan.FromMinutes(1);

    /// <summary>Both sides show certificates of an authority this terminal trusts; of the terminal's, the
    /// newest.</summary>
    /// <param name="certificates">Not owned; must outlive the channel.</param>
    public static GrpcChannel Mutual(Uri server, TerminalCertificates certificates)
    {
        var tls = new SslClientAuthenticationOptions
        {
            // Asked at each handshake: whom this terminal trusts changes while it runs.
            RemoteCertificateValidationCallback =
                (_, shown, _, errors) => certificates.Authorities.Believe(shown, errors),
            LocalCertificateSelectionCallback = (_, _, _, _, _) => certificates.Own,
        };
        return Open(server, tls);
    }

    /// <summary>The server shows a certificate of this authority; the terminal has none yet.</summary>
    public static GrpcChannel Verified(Uri server, X509Certificate2 authority) =>
        Open(server, Trusting(authority));

    /// <summary>The server shows a certificate of an authority that is trusted; the terminal shows
    /// none.</summary>
    public static GrpcChannel Verified(Uri server, TrustedAuthorities authorities) =>
        Open(server, new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, shown, _, errors) => authorities.Believe(shown, errors),
        });

    /// <summary>Nobody is believed: only for fetching what is then compared with a hash.</summary>
    [SuppressMessage(
        "Security", "CA5359", Justification = "What comes is compared with the hash in the token.")]
    public static GrpcChannel Unverified(Uri server) =>
        Open(server, new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        });

    /// <summary>The stable code of a failed call: the server's own, else the status in gRPC's
    /// words.</summary>
    public static string CodeOf(RpcException failed) =>
        IsRefusal(failed) ? failed.Status.Detail : failed.StatusCode.ToString();

    /// <summary>Whether the server itself said no.</summary>
    public static bool IsRefusal(RpcException failed) => failed.Trailers.GetValue(TextTrailer) is not null;

    /// <summary>What a failed call says to people.</summary>
    public static string TextOf(RpcException failed) =>
        failed.Trailers.GetValue(TextTrailer) ?? failed.Status.Detail;

    /// <summary>Writes to a stream. Where the connection dies under it, gRPC passes on whatever the sockets
    /// say; here that is a failed call like any other.</summary>
    /// <exception cref="RpcException">The stream is over.</exception>
    public static async Task WriteAsync<T>(
        IClientStreamWriter<T> stream, T message, CancellationToken cancellation)
    {
        try
        {
            await stream.WriteAsync(message, cancellation);
        }
        catch (Exception broken) when (broken is IOException or InvalidOperationException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The stream broke.", broken));
        }
    }

    /// <summary>When a call that begins now must have its answer.</summary>
    public static DateTime Deadline(TimeProvider clock) => (clock.GetUtcNow() + AnswerMost).UtcDateTime;

    private static SslClientAuthenticationOptions Trusting(X509Certificate2 authority) => new()
    {
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { authority },
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        },
    };

    private static GrpcChannel Open(Uri server, SslClientAuthenticationOptions tls) =>
        GrpcChannel.ForAddress(server, new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                SslOptions = tls,
                UseProxy = false,
                ConnectTimeout = ConnectMost,
                PooledConnectionLifetime = ConnectionMost,
                KeepAlivePingDelay = QuietMost,
                KeepAlivePingTimeout = AnswerMost,
                EnableMultipleHttp2Connections = true,
            },
        });
}
