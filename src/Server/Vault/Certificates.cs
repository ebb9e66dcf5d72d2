using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SmartCardCrm.Server.Vault;

/// <summary>The forms of the three kinds of certificate: the authority's own, the server's, a
/// terminal's.</summary>
internal static class Certificates
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    // A terminal's clock may be a little behind ours.
    private static readonly TimeSpan Before = TimeSpan.FromMinutes(10);

    /// <summary>The authority: signs for twenty years, and nothing below it signs.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="ordinal">1, 2, 3 … Each has a name of its own: who builds a chain looks by name.</param>
    /// <param name="now">From when it holds.</param>
    /// <returns>DER.</returns>
    public static byte[] SelfSigned(ECDsa key, int ordinal, DateTimeOffset now)
    {
        var name = ordinal == 1 ? "CN=SmartCardCrm terminals" : $"CN=SmartCardCrm terminals {ordinal}";
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var certificate = request.CreateSelfSigned(now - Before, now.AddYears(20));
        return certificate.RawData;
    }

    /// <summary>A request for the server's own end.</summary>
    public static CertificateRequest ForServer(ECDsa key, SubjectAlternativeNameBuilder names)
    {
        var request = new CertificateRequest("CN=SmartCardCrm server", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        return Leaf(request, ServerUse);
    }

    /// <summary>A request in our own words for the key in the terminal's; nothing else of its wishes is taken
    /// over.</summary>
    /// <param name="encoded">PKCS#10, DER, signed by the key it names.</param>
    /// <param name="terminal">The terminal's number.</param>
    /// <exception cref="CryptographicException">It cannot be read, its signature is wrong, or the key is no
    /// P-256.</exception>
    public static CertificateRequest ForTerminal(byte[] encoded, uint terminal) =>
        ForTerminal(
            CertificateRequest.LoadSigningRequest(encoded, HashAlgorithmName.SHA256).PublicKey, terminal);

    /// <summary>A request for a terminal's key.</summary>
    /// <exception cref="CryptographicException">The key is no P-256.</exception>
    public static CertificateRequest ForTerminal(PublicKey publicKey, uint terminal)
    {
        using var key = publicKey.GetECDsaPublicKey();
        if (key is not { KeySize: 256 })
            throw new CryptographicException("A terminal's key is an ECDSA P-256 key.");

        var subject = new X500DistinguishedName($"CN=terminal {terminal}");
        return Leaf(new CertificateRequest(subject, publicKey, HashAlgorithmName.SHA256), ClientUse);
    }

    /// <summary>Signs a request.</summary>
    /// <param name="request">What <see cref="ForServer"/> or one of the others made.</param>
    /// <param name="authority">Whose word it is to be.</param>
    /// <param name="now">From when it holds.</param>
    /// <param name="days">How long.</param>
    public static X509Certificate2 Sign(
        CertificateRequest request, AuthorityKey authority, DateTimeOffset now, int days)
    {
        Span<byte> serial = stackalloc byte[16];
        RandomNumberGenerator.Fill(serial);
        serial[0] &= 0x7F;
        using var issuer = X509CertificateLoader.LoadCertificate(authority.Certificate.Span);
        using var signer = authority.OpenSigner();
        return request.Create(
            issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(signer), now - Before,
            now.AddDays(days), serial);
    }

    /// <summary>Whether no more than half of its time is left: it may be renewed.</summary>
    public static bool IsDue(X509Certificate2 certificate, DateTimeOffset now)
    {
        var (from, through) = (certificate.NotBefore, certificate.NotAfter);
        return now.UtcDateTime >= through.ToUniversalTime() - (through - from) / 2;
    }

    private static CertificateRequest Leaf(CertificateRequest request, string use)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], true));
        return request;
    }
}
