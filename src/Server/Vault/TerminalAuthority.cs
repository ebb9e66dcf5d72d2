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
    /// <param name="former">That one.</param>
    /// <param name="terminal">The terminal's number.</param>
    /// <param name="by">One that the terminal trusts.</param>
    public X509Certificate2 RenewForTerminal(X509Certificate2 former, uint terminal, AuthorityKey by) =>
        Certificates.Sign(
            Certificates.ForTerminal(former.PublicKey, terminal), by, clock.GetUtcNow(), TerminalDays);

    /// <summary>The authority that is to certify a terminal: the one that it names, else the one that every
    /// terminal trusts.</summary>
    /// <param name="trusted">SHA-256 of a certificate, or empty.</param>
    public AuthorityKey For(ReadOnlySpan<byte> trusted)
    {
        var fingerprint = Convert.ToHexString(trusted);
        return vault.Speaking.FirstOrDefault(authority => authority.Fingerprint == fingerprint)
            ?? vault.Authority;
    }

    /// <summary>Which authority made a client's certificate; null where none of ours that still speaks did.
    /// Its dates do not matter here: <see cref="Terminals.RenewalDesk"/> says what they allow.</summary>
    public AuthorityKey? MakerOf(X509Certificate2 client) =>
        vault.Speaking.FirstOrDefault(authority => Made(authority, client));

    /// <summary>Whether a client's certificate is of an authority of ours.</summary>
    public bool VouchesFor(X509Certificate2 client) => MakerOf(client) is not null;

    private static bool Made(AuthorityKey authority, X509Certificate2 client)
    {
        using var root = X509CertificateLoader.LoadCertificate(authority.Certificate.Span);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        chain.ChainPolicy.VerificationTime = client.NotBefore;
        return chain.Build(client);
    }
}
