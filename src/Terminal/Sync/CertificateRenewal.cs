using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Terminal.Sync;

/// <summary>Has this terminal's certificate renewed when a third of its time is left, for as long after its
/// end as headquarters allows, and when another authority is to follow the one that made it.</summary>
internal sealed partial class CertificateRenewal(
    TerminalSync.TerminalSyncClient server, TerminalCertificates certificates, FaultBook faults,
    TimeProvider clock, ILogger<CertificateRenewal> log)
{
    private const string Fault = "certificate";

    /// <summary>Renews it where it is due. Without a new one, all goes on with the old one.</summary>
    /// <exception cref="RpcException">The server did not answer.</exception>
    public async Task RunWhenDue(CancellationToken cancellation)
    {
        if (!IsDue)
            return;
        try
        {
            var reply = await server.RenewCertificateAsync(
                new RenewCertificateRequest
                {
                    Authority = ByteString.CopyFrom(certificates.Authorities.NewestHash),
                },
                deadline: ServerLink.Deadline(clock), cancellationToken: cancellation);
            certificates.Replace(reply.Certificate.Span);
            faults.Works(Fault);
            LogRenewed(Until);
        }
        catch (RpcException refused)
            when (ServerLink.IsRefusal(refused) || refused.StatusCode == StatusCode.Unimplemented)
        {
            NotRenewed(ServerLink.CodeOf(refused));
        }
        catch (CryptographicException)
        {
            NotRenewed("certificate-wrong");
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            NotRenewed(failed.Message);
        }
    }

    private bool IsDue
    {
        get
        {
            var (from, through) = (certificates.Own.NotBefore, certificates.Own.NotAfter);
            return clock.GetUtcNow().UtcDateTime >= through.ToUniversalTime() - (through - from) / 3
                || !certificates.Authorities.NewestMade(certificates.Own);
        }
    }

    private string Until =>
        certificates.Own.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private void NotRenewed(string why)
    {
        if (faults.Broke(Fault, $"not renewed ({why}); it holds until {Until}"))
            LogNotRenewed(why, Until);
    }

    [LoggerMessage(
        LogLevel.Information, "certificate-renewed until={Until}", EventName = "certificate-renewed")]
    private partial void LogRenewed(string until);

    [LoggerMessage(
        LogLevel.Warning, "certificate-not-renewed code={Code} until={Until}",
        EventName = "certificate-not-renewed")]
    private partial void LogNotRenewed(string code, string until);
}
