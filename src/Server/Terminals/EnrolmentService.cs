using Google.Protobuf;
using Grpc.Core;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Terminals;

/// <summary>The one service that answers a caller without a certificate.</summary>
internal sealed partial class EnrolmentService(
    EnrolmentDesk desk, TerminalAuthority authority, ILogger<EnrolmentService> log) : Enrolment.EnrolmentBase
{
    /// <summary>Name of the rate limit at this service.</summary>
    public const string RateLimit = "enrolment";

    public override Task<AuthorityReply> FetchAuthority(
        AuthorityRequest request, ServerCallContext context) =>
        Task.FromResult(new AuthorityReply { Authority = ByteString.CopyFrom(authority.Certificate.Span) });

    public override Task<EnrolReply> Enrol(EnrolRequest request, ServerCallContext context)
    {
        if (request.CertificateRequest.Length is 0 or > 4096)
            throw RefusedException.BadRequest("certificate-request", "It has 1 to 4096 bytes.");
        if (request.SoftwareVersion.Length > 64)
            throw RefusedException.BadRequest("software-version", "It has at most 64 characters.");

        var enrolled = desk.Enrol(
            request.Token, request.CertificateRequest.ToByteArray(), request.SoftwareVersion);
        LogEnrolled(log, enrolled.Terminal.Number, enrolled.Terminal.Store);
        return Task.FromResult(new EnrolReply
        {
            Terminal = (uint)enrolled.Terminal.Number,
            Certificate = ByteString.CopyFrom(enrolled.Certificate.Span),
            Authority = ByteString.CopyFrom(authority.Certificate.Span),
            Programme = (uint)enrolled.Programme.Number,
            Store = (uint)enrolled.Terminal.Store,
            StoreZone = enrolled.Terminal.StoreZone,
            Currency = enrolled.Programme.Currency,
        });
    }

    [LoggerMessage(LogLevel.Information, "Terminal {Terminal} was enrolled for store {Store}.")]
    private static partial void LogEnrolled(ILogger log, long terminal, long store);
}
