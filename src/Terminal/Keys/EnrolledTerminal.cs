using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCardCrm.Terminal.Keys;

/// <summary>Where card keys are while the terminal is switched off.</summary>
internal enum CardKeyStorage
{
    /// <summary>Nowhere: they come over the network at each start.</summary>
    Memory = 0,

    /// <summary>In a file under the terminal's own key: for development and small shops.</summary>
    Sealed = 1,
}

/// <summary>Who this terminal is, as its enrolment said; kept as terminal.json.</summary>
/// <param name="Terminal">Number; never 0.</param>
/// <param name="StoreZone">IANA.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Server">https, as the terminal reaches it.</param>
internal sealed record EnrolledTerminal(
    uint Terminal, string Name, uint Programme, uint Store, string StoreZone, string Currency, Uri Server,
    CardKeyStorage CardKeys)
{
    /// <summary>Reads it back; null where this terminal is not enrolled.</summary>
    /// <exception cref="JsonException">The file is not ours.</exception>
    public static EnrolledTerminal? Load(DataFolder data) =>
        File.Exists(data.Enrolment)
            ? JsonSerializer.Deserialize(
                File.ReadAllBytes(data.Enrolment), EnrolmentJson.Default.EnrolledTerminal)
            : null;

    /// <summary>Written last when a terminal is enrolled: what it speaks of is there.</summary>
    public void Save(DataFolder data) =>
        PrivateFile.Replace(
            data.Enrolment,
            JsonSerializer.SerializeToUtf8Bytes(this, EnrolmentJson.Default.EnrolledTerminal));

    /// <exception cref="TimeZoneNotFoundException">This machine does not know the store's zone.</exception>
    public TerminalProfile Profile() =>
        new(Terminal, Programme, Store, TimeZoneInfo.FindSystemTimeZoneById(StoreZone));
}

/// <summary>The terminal's certificate with its key, and the authorities it trusts. Safe for many
/// threads.</summary>
internal sealed class TerminalCertificates : IDisposable
{
    private readonly DataFolder _data;
    private readonly List<X509Certificate2> _own = [];
    private volatile X509Certificate2 _newest;

    private TerminalCertificates(DataFolder data, X509Certificate2 own, TrustedAuthorities authorities)
    {
        (_data, _newest, Authorities) = (data, own, authorities);
        _own.Add(own);
    }

    /// <summary>The newest.</summary>
    public X509Certificate2 Own => _newest;

    public TrustedAuthorities Authorities { get; }

    /// <exception cref="CryptographicException">A file is not what it should be.</exception>
    public static TerminalCertificates Load(DataFolder data)
    {
        using var key = LoadKey(data);
        using var open = X509CertificateLoader.LoadCertificateFromFile(data.Certificate);
        return new TerminalCertificates(
            data, Usable(open.CopyWithPrivateKey(key)),
            TrustedAuthorities.Load(data));
    }

    /// <summary>A new certificate takes the place of the one on disk, and of <see cref="Own"/>; a handshake
    /// that has begun ends with the former.</summary>
    /// <param name="certificate">DER.</param>
    /// <exception cref="CryptographicException">It is not an authority's of ours over our key; nothing
    /// changed.</exception>
    /// <exception cref="IOException">It could not be written; nothing changed.</exception>
    public void Replace(ReadOnlySpan<byte> certificate)
    {
        using var key = LoadKey(_data);
        using var open = X509CertificateLoader.LoadCertificate(certificate);
        if (!IsOver(key, open) || !Authorities.Made(open))
            throw new CryptographicException("The certificate is not the authority's over this key.");
        var own = Usable(open.CopyWithPrivateKey(key));
        lock (_own)
            _own.Add(own);
        PrivateFile.Replace(_data.Certificate, certificate);
        _newest = own;
    }

    /// <summary>Whether a certificate is over a key.</summary>
    public static bool IsOver(ECDsa key, X509Certificate2 certificate)
    {
        using var certified = certificate.GetECDsaPublicKey();
        return certified?.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(
            key.ExportSubjectPublicKeyInfo()) == true;
    }

    /// <summary>Whether an authority made a certificate, whenever it holds.</summary>
    public static bool IsOf(X509Certificate2 authority, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = certificate.NotBefore;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        return chain.Build(certificate);
    }

    /// <summary>The terminal's private key. The caller disposes of it.</summary>
    public static ECDsa LoadKey(DataFolder data)
    {
        var encoded = File.ReadAllBytes(data.Key);
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(encoded, out _);
        CryptographicOperations.ZeroMemory(encoded);
        return key;
    }

    public void Dispose()
    {
        lock (_own)
            _own.ForEach(own => own.Dispose());
        Authorities.Dispose();
    }

    // Windows' TLS wants a key that its own store has seen.
    private static X509Certificate2 Usable(X509Certificate2 certificate) =>
        OperatingSystem.IsWindows()
            ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null)
            : certificate;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    WriteIndented = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(EnrolledTerminal))]
internal sealed partial class EnrolmentJson : JsonSerializerContext;
