using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.DayCertificates;

/// <summary>What headquarters signs certificates with.</summary>
/// <param name="signer">Signs.</param>
/// <param name="publicKey">The authority's, SubjectPublicKeyInfo.</param>
internal sealed class CertificateSeal(IDocumentSigner signer, byte[] publicKey)
{
    /// <summary>The chain's own.</summary>
    public static CertificateSeal Of(KeyVault vault)
    {
        using var authority = X509CertificateLoader.LoadCertificate(vault.AuthorityCertificate.Span);
        return new CertificateSeal(vault, authority.PublicKey.ExportSubjectPublicKeyInfo());
    }

    public byte[] PublicKey => publicKey;

    public byte[] Sign(ReadOnlySpan<byte> document) => signer.Sign(document);

    /// <summary>Whether the owner of a key signed a document.</summary>
    /// <param name="publicKey">SubjectPublicKeyInfo; anything else has signed nothing.</param>
    public static bool IsSigned(
        ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> document, ReadOnlySpan<byte> signature)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(publicKey, out _);
        }
        catch (CryptographicException)
        {
            return false;
        }

        return DocumentSignature.IsValid(key, document, signature);
    }
}
