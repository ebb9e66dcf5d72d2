using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SmartCardCrm.Loyalty;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal.Keys;

/// <summary>
/// Who speaks for headquarters at this terminal: the authority that it was enrolled under, and, while that
/// one is being replaced, the next one too. For many threads.
/// </summary>
internal sealed class TrustedAuthorities : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";

    private readonly DataFolder? _data;
    private readonly Lock _gate = new();

    // All there ever were: another thread may still work with one that is not trusted any more.
    private readonly List<Authority> _known;
    private volatile IReadOnlyList<Authority> _trusted;

    /// <summary>One that is not on a disk.</summary>
    /// <param name="headquarters">Its public key. Not owned.</param>
    public TrustedAuthorities(ECDsa headquarters) : this(null, [new Authority(headquarters, null)])
    {
    }

    private TrustedAuthorities(DataFolder? data, List<Authority> known) =>
        (_data, _known, _trusted) = (data, known, [.. known]);

    /// <summary>By whose public key contacts are sealed.</summary>
    public ECDsa Newest => _trusted[^1].Key;

    /// <summary>SHA-256 of the newest one's certificate; what headquarters is told.</summary>
    public byte[] NewestHash => _trusted[^1].Certificate is { } newest ? SHA256.HashData(newest.RawData) : [];

    /// <exception cref="CryptographicException">A file is not what it should be.</exception>
    public static TrustedAuthorities Load(DataFolder data)
    {
        List<Authority> known = [Authority.Of(File.ReadAllBytes(data.Authority))];
        if (File.Exists(data.NextAuthority))
            known.Add(Authority.Of(File.ReadAllBytes(data.NextAuthority)));
        return new TrustedAuthorities(data, known);
    }

    /// <summary>Whether headquarters signed these very bytes.</summary>
    public bool HaveSigned(ReadOnlySpan<byte> document, ReadOnlySpan<byte> signature)
    {
        foreach (var authority in _trusted)
        {
            if (DocumentSignature.IsValid(authority.Key, document, signature))
                return true;
        }

        return false;
    }

    /// <summary>Whether one of them made a certificate, whenever it holds.</summary>
    public bool Made(X509Certificate2 certificate) =>
        _trusted.Any(a => a.Certificate is { } root && TerminalCertificates.IsOf(root, certificate));

    /// <summary>Whether a certificate is by the newest of them.</summary>
    public bool NewestMade(X509Certificate2 certificate) =>
        _trusted[^1].Certificate is not { } newest || TerminalCertificates.IsOf(newest, certificate);

    /// <summary>Whether a server is ours: for TLS, which has looked at its name.</summary>
    public bool Believe(X509Certificate? shown, SslPolicyErrors errors)
    {
        // That the machine does not know our authorities is no news.
        if (shown is null
            || errors is not (SslPolicyErrors.None or SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return false;
        }

        using var certificate = X509CertificateLoader.LoadCertificate(shown.GetRawCertData());
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        foreach (var authority in _trusted)
        {
            if (authority.Certificate is { } root)
                chain.ChainPolicy.CustomTrustStore.Add(root);
        }

        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerUse));
        return chain.Build(certificate);
    }

    /// <summary>Trusts the authority that headquarters announces, from now on and after every
    /// start.</summary>
    /// <returns>False where it is trusted already.</returns>
    /// <exception cref="CryptographicException">The announcement is not by the one that we trust; nothing
    /// changed.</exception>
    /// <exception cref="IOException">It could not be written; nothing changed.</exception>
    public bool Learn(AuthorityItem announced)
    {
        lock (_gate)
        {
            if (_data is null || _trusted.Any(a => a.Is(announced.Certificate.Span)))
                return false;
            if (!AuthorityWord.IsValid(
                _trusted[0].Key, AuthorityWord.Next(announced.Certificate.Span), announced.Signature.Span))
            {
                throw new CryptographicException("The authority that we trust has not announced it.");
            }

            var next = Authority.Of(announced.Certificate.Span);
            PrivateFile.Replace(_data.NextAuthority, announced.Certificate.Span);
            _known.Add(next);
            _trusted = [_trusted[0], next];
            return true;
        }
    }

    /// <summary>Whether an authority that we trust says that it is the only one.</summary>
    public bool HaveSaid(AuthorityItem only) =>
        _trusted.FirstOrDefault(a => a.Is(only.Certificate.Span)) is { } authority && AuthorityWord.IsValid(
            authority.Key, AuthorityWord.Only(only.Certificate.Span), only.OnlySignature.Span);

    /// <summary>Trusts none that came before this one. Call it once what it signed is on the disk.</summary>
    /// <param name="only">For which <see cref="HaveSaid"/> is true.</param>
    public void Forget(AuthorityItem only)
    {
        lock (_gate)
        {
            if (_data is null || _trusted[0].Is(only.Certificate.Span))
                return;
            PrivateFile.Replace(_data.Authority, only.Certificate.Span);
            File.Delete(_data.NextAuthority);
            _trusted = [.. _trusted.SkipWhile(a => !a.Is(only.Certificate.Span))];
        }
    }

    public void Dispose()
    {
        if (_data is null)
            return;
        foreach (var authority in _known)
            authority.Dispose();
    }

    private sealed record Authority(ECDsa Key, X509Certificate2? Certificate) : IDisposable
    {
        public static Authority Of(ReadOnlySpan<byte> der)
        {
            var certificate = X509CertificateLoader.LoadCertificate(der);
            return new Authority(
                certificate.GetECDsaPublicKey()
                    ?? throw new CryptographicException("An authority has an ECDSA key."),
                certificate);
        }

        public bool Is(ReadOnlySpan<byte> der) => Certificate?.RawData.AsSpan().SequenceEqual(der) == true;

        public void Dispose()
        {
            Key.Dispose();
            Certificate?.Dispose();
        }
    }
}
