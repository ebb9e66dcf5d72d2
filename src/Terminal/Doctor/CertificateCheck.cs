using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Terminal.Doctor;

/// <summary>The terminal's certificate, its private key, and the authority it trusts.</summary>
internal static class CertificateCheck
{
    private static readonly TimeSpan WarnBefore = TimeSpan.FromDays(30);

    private const string RenewsItself =
        "The terminal has it renewed as soon as it reaches the server: see the line server.";

    private static readonly string[] Over =
    [
        "Cards are served all the same, but nothing is sent. The terminal has it renewed as soon as it",
        "reaches the server, for 180 days after its end or what Enrolment:CertificateGraceDays there says.",
        "Later: docs/operations.md, The certificate.",
    ];

    private const string Restore =
        "Restore it from a backup of this very terminal, or enrol anew in an empty folder.";

    public static IEnumerable<Finding> Look(DataFolder data, DateTimeOffset now)
    {
        yield return KeyFile(data.Key);
        using var authority = Load(data.Authority, out var authorityFailure);
        yield return authority is null
            ? Finding.Fail(DoctorCode.AuthorityUnreadable, $"{data.Authority}: {authorityFailure}", Restore)
            : Finding.Ok(
                Subject.Authority,
                $"{authority.Subject}, SHA-256 "
                    + $"{authority.GetCertHashString(HashAlgorithmName.SHA256)[..16]}…");

        using var own = Load(data.Certificate, out var failure);
        if (own is null)
        {
            yield return Finding.Fail(
                DoctorCode.CertificateUnreadable, $"{data.Certificate}: {failure}", Restore);
        }
        else
        {
            yield return authority is not null && IsForeign(data, own, authority)
                ? Finding.Fail(
                    DoctorCode.CertificateForeign,
                    "terminal.cer, terminal.key and authority.cer are not of one enrolment.", Restore)
                : Period(own.NotBefore, own.NotAfter, now);
        }
    }

    /// <summary>What its dates say.</summary>
    public static Finding Period(DateTime from, DateTime through, DateTimeOffset now)
    {
        var left = through.ToUniversalTime() - now.UtcDateTime;
        var end = through.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var days = ((int)left.TotalDays).ToString(CultureInfo.InvariantCulture);
        if (from.ToUniversalTime() > now.UtcDateTime)
        {
            return Finding.Fail(
                DoctorCode.CertificateEarly, "The certificate does not hold yet.",
                "This machine's clock is behind: see the line clock.");
        }

        return left < TimeSpan.Zero
            ? Finding.Fail(DoctorCode.CertificateExpired, $"It expired on {end}.", Over)
            : left < WarnBefore
                ? Finding.Warn(DoctorCode.CertificateExpires, $"{days} days left, until {end}", RenewsItself)
                : Finding.Ok(Subject.Certificate, $"{days} days left, until {end}");
    }

    private static Finding KeyFile(string path)
    {
        try
        {
            using var _ = File.OpenRead(path);
            if (!OperatingSystem.IsWindows() && DataCheck.IsOpen(File.GetUnixFileMode(path)))
            {
                return Finding.Fail(
                    DoctorCode.KeyOpen, $"{path} can be read by other users of this machine.",
                    $"chmod 600 {path}",
                    "If somebody may have read it: revoke this terminal at the server and enrol it anew.");
            }

            return Finding.Ok(Subject.Key, $"{path} is its owner's alone.");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            return Finding.Fail(DoctorCode.KeyUnreadable, wrong.Message, Restore);
        }
    }

    private static X509Certificate2? Load(string path, out string failure)
    {
        failure = "";
        try
        {
            return X509CertificateLoader.LoadCertificateFromFile(path);
        }
        catch (Exception wrong)
            when (wrong is CryptographicException or IOException or UnauthorizedAccessException)
        {
            failure = wrong.Message;
            return null;
        }
    }

    private static bool IsForeign(DataFolder data, X509Certificate2 own, X509Certificate2 authority) =>
        (!TerminalCertificates.IsOf(authority, own) && !IsOfNext(data, own)) || !IsFor(data, own);

    // Its authority is being replaced, and it has a certificate of the next.
    private static bool IsOfNext(DataFolder data, X509Certificate2 own)
    {
        if (!File.Exists(data.NextAuthority))
            return false;
        using var next = Load(data.NextAuthority, out _);
        return next is not null && TerminalCertificates.IsOf(next, own);
    }

    // A key that cannot be read has a line of its own.
    private static bool IsFor(DataFolder data, X509Certificate2 own)
    {
        try
        {
            using var key = TerminalCertificates.LoadKey(data);
            return TerminalCertificates.IsOver(key, own);
        }
        catch (CryptographicException)
        {
            return false;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }
}
