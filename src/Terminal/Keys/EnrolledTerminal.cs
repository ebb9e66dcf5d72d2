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

/// <summary>The terminal's certificate with its key, and the authority it trusts.</summary>
internal sealed class TerminalCertificates(X509Certificate2 own, X509Certificate2 authority) : IDisposable
{
    public X509Certificate2 Own => own;

    public X509Certificate2 Authority => authority;

    /// <exception cref="CryptographicException">A file is not what it should be.</exception>
    public static TerminalCertificates Load(DataFolder data)
    {
        using var key = LoadKey(data);
        using var open = X509CertificateLoader.LoadCertificateFromFile(data.Certificate);
        return new TerminalCertificates(
            Usable(open.CopyWithPrivateKey(key)),
            X509CertificateLoader.LoadCertificateFromFile(data.Authority));
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
        own.Dispose();
        authority.Dispose();
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
