using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Terminal.Tests.Doctor;

/// <summary>A data folder as an enrolment leaves it, under an authority of its own.</summary>
internal sealed class EnrolledFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("doctor-");
    private readonly X509Certificate2 _authority;

    public EnrolledFolder(CardKeyStorage storage = CardKeyStorage.Memory, Uri? server = null)
    {
        Path = System.IO.Path.Combine(_folder.FullName, "data");
        Data = new DataFolder(Path);
        _authority = Authority("CN=SmartCardCrm terminals");
        PrivateFile.Replace(Data.Authority, _authority.RawData);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        PrivateFile.Replace(Data.Key, key.ExportPkcs8PrivateKey());
        PrivateFile.Replace(Data.Certificate, Certify(_authority, key));
        Terminal = new EnrolledTerminal(
            1, "Till 3", 7, 42, "Europe/Riga", "USD", server ?? new Uri("https://127.0.0.1:9"), storage);
        Terminal.Save(Data);
    }

    public string Path { get; }

    public DataFolder Data { get; }

    public EnrolledTerminal Terminal { get; }

    /// <summary>The terminal's. The caller disposes of it.</summary>
    public ECDsa Key() => TerminalCertificates.LoadKey(Data);

    /// <summary>A certificate over a key, by this folder's authority.</summary>
    public byte[] Certify(ECDsa key) => Certify(_authority, key);

    /// <summary>A certificate for the server's end, by this folder's authority.</summary>
    public X509Certificate2 ServerCertificate() => Leaf(_authority, "127.0.0.1");

    public static X509Certificate2 Authority(string name)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        return request.CreateSelfSigned(now.AddMinutes(-10), now.AddYears(20));
    }

    public static X509Certificate2 Leaf(X509Certificate2 authority, string address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        using var open = Sign(request, authority);
        using var whole = open.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), password: null);
    }

    public static byte[] Certify(X509Certificate2 authority, ECDsa key)
    {
        using var certificate = Sign(
            new CertificateRequest("CN=terminal 1", key, HashAlgorithmName.SHA256), authority);
        return certificate.RawData;
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    private static X509Certificate2 Sign(CertificateRequest request, X509Certificate2 authority)
    {
        var now = TimeProvider.System.GetUtcNow();
        return request.Create(
            authority, now.AddMinutes(-10), now.AddDays(365), RandomNumberGenerator.GetBytes(8));
    }
}
