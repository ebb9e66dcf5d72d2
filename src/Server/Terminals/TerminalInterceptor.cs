using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace SmartCardCrm.Server.Terminals;

/// <summary>
/// Lets only enrolled, unrevoked terminals through, and keeps their streams under the hand that revokes. Who
/// calls is told by the client certificate alone, never by the message.
/// </summary>
internal sealed class TerminalInterceptor(TerminalBook terminals, RenewalDesk renewals, OpenLines lines)
    : Interceptor
{
    private const string LineKey = "line";
    private const string TerminalKey = "terminal";

    public static Terminal TerminalOf(ServerCallContext context) => (Terminal)context.UserState[TerminalKey];

    /// <summary>What the terminal called with.</summary>
    public static X509Certificate2 CertificateOf(ServerCallContext context) =>
        context.GetHttpContext().Connection.ClientCertificate
            ?? throw new RefusedException(
                StatusCode.Unauthenticated, "certificate-required",
                "This call needs a terminal's certificate.");

    public static Line LineOf(ServerCallContext context) => (Line)context.UserState[LineKey];

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        context.UserState[TerminalKey] = Known(context);
        return continuation(request, context);
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        var terminal = Known(context);
        using var line = lines.Open((uint)terminal.Number, context.Method);
        // Once more, now that a revocation would find the line.
        context.UserState[TerminalKey] = Known(context);
        context.UserState[LineKey] = line;
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (OperationCanceledException) when (line.Ended.IsCancellationRequested)
        {
            throw Why(line.End);
        }
    }

    private Terminal Known(ServerCallContext context)
    {
        var certificate = CertificateOf(context);
        var terminal = terminals.FindByCertificate(certificate.RawData)
            ?? throw new RefusedException(
                StatusCode.PermissionDenied, "terminal-unknown",
                "No terminal is enrolled with this certificate.");
        if (terminal.RevokedUs is not null)
            throw Why(LineEnd.Revoked);
        renewals.Demand(certificate, context.Method);
        return terminal;
    }

    private static RefusedException Why(LineEnd end) => end switch
    {
        LineEnd.Revoked => new(StatusCode.PermissionDenied, "terminal-revoked", "This terminal was revoked."),
        LineEnd.KeysChanged => new(
            StatusCode.Aborted, "keys-changed", "Which keys this terminal holds has changed; call again."),
        LineEnd.Displaced => new(StatusCode.Aborted, "displaced", "The same terminal called again."),
        _ => new(StatusCode.Unavailable, "server-stopping", "The server stops; call again."),
    };
}
