using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SmartCardCrm.Server.Vault;

/// <summary>The authority that terminals trust, and that makes their certificates.</summary>
internal sealed class TerminalAuthority(KeyVault vault, TimeProvider clock)
{
    /// <summary>How long a terminal's certificate holds.</summary>
    public const int TerminalDays = 365;

    private const int ServerDays = 365;

    /// <summary>DER of the authority's own certificate.</summary>
    public ReadOnlyMemory<byte> Certificate => vault.AuthorityCertificate;

    /// <summary>A fresh key and certificate for the server's end of the terminals' door. The caller disposes
    /// of it.</summary>
    /// <param name="host">The name or address by which terminals reach it, beside the loopback names.</param>
    public X509Certificate2 IssueForServer(string host)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        if (IPAddress.TryParse(host, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(host);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var open = Certificates.Sign(
            Certificates.ForServer(key, names), vault.Authority, clock.GetUtcNow(), ServerDays);
        return open.CopyWithPrivateKey(key);
    }

    /// <summary>A certificate for the key in a terminal's request. The caller disposes of it.</summary>
    /// <exception cref="CryptographicException">The request is not a P-256 key's own.</exception>
    public X509Certificate2 IssueForTerminal(byte[] request, uint terminal) =>
        Certificates.Sign(
            Certificates.ForTerminal(request, terminal), vault.Authority, clock.GetUtcNow(), TerminalDays);

    /// <summary>A certificate over the key of one that the terminal has. The caller disposes of it.</summary>
    public X509Certificate2 RenewForTerminal(X509Certificate2 former, uint terminal) =>
        Certificates.Sign(
            Certificates.ForTerminal(former.PublicKey, terminal), vault.Authority, clock.GetUtcNow(),
            TerminalDays);

    /// <summary>Whether this authority made a client's certificate. Its dates do not matter here: <see
    /// cref="Terminals.RenewalDesk"/> says what they allow.</summary>
    public bool VouchesFor(X509Certificate2 client)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        foreach (var authority in vault.Authorities)
            chain.ChainPolicy.CustomTrustStore.Add(
                X509CertificateLoader.LoadCertificate(authority.Certificate.Span));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        chain.ChainPolicy.VerificationTime = client.NotBefore;
        return chain.Build(client);
    }
}
