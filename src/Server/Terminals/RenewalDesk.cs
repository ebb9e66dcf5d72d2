using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.Extensions.Options;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Terminals;

/// <summary>What a terminal's certificate allows, by its dates, and the next one.</summary>
internal sealed partial class RenewalDesk(
    TerminalBook book, TerminalAuthority authority, IOptions<EnrolmentOptions> options, TimeProvider clock,
    ILogger<RenewalDesk> log)
{
    private const string RenewMethod = "/smartcardcrm.sync.v1.TerminalSync/RenewCertificate";

    /// <param name="method">The call's full name.</param>
    /// <exception cref="RefusedException">It is not yet, or no more, good for this call.</exception>
    public void Demand(X509Certificate2 certificate, string method)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var grace = method == RenewMethod ? options.Value.CertificateGraceDays : 0;
        if (now < certificate.NotBefore.ToUniversalTime())
        {
            throw Refused("certificate-early", "This certificate does not hold yet.");
        }

        if (now > certificate.NotAfter.ToUniversalTime().AddDays(grace))
        {
            throw Refused(
                "certificate-expired",
                grace > 0 ? "Its time, and that for renewing it, is over: enrol anew." : "Its time is over.");
        }
    }

    /// <summary>A certificate for a year from now, over the same key; the former one holds as long as it did.
    /// </summary>
    /// <param name="terminal">Who calls.</param>
    /// <param name="former">What the terminal called with.</param>
    /// <param name="trusted">SHA-256 of the newest authority that it trusts; empty for the one that all
    /// do.</param>
    /// <returns>DER.</returns>
    /// <exception cref="RefusedException">More than half of its time is left, and it is that authority's
    /// already.</exception>
    public byte[] Renew(Terminal terminal, X509Certificate2 former, ReadOnlySpan<byte> trusted)
    {
        var by = authority.For(trusted);
        if (!Certificates.IsDue(former, clock.GetUtcNow()) && authority.MakerOf(former) == by)
        {
            throw new RefusedException(
                StatusCode.FailedPrecondition, "certificate-not-due",
                "More than half of this certificate's time is left.");
        }

        using var certificate = authority.RenewForTerminal(former, (uint)terminal.Number, by);
        book.Renew(terminal.Number, certificate.RawData, by.Fingerprint);
        LogRenewed(terminal.Number, certificate.NotAfter.ToUniversalTime());
        return certificate.RawData;
    }

    private static RefusedException Refused(string code, string text) =>
        new(StatusCode.Unauthenticated, code, text);

    [LoggerMessage(LogLevel.Information, "The certificate of terminal {Terminal} was renewed until {Until}.")]
    private partial void LogRenewed(long terminal, DateTime until);
}
