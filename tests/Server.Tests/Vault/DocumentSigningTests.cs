using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Tests.Vault;

public sealed class DocumentSigningTests
{
    [Fact]
    public void A_terminal_that_pins_the_authority_believes_its_documents_and_no_others()
    {
        using var vault = KeyVault.Holding(
            VaultContent.Create(RandomNumberGenerator.Fill, TimeProvider.System.GetUtcNow()));
        using var certificate = X509CertificateLoader.LoadCertificate(vault.AuthorityCertificate.Span);
        using var pinned = certificate.GetECDsaPublicKey()!;
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var document = "{\"version\":1}"u8.ToArray();
        var signature = vault.Sign(document);

        Assert.Equal(DocumentSignature.Length, signature.Length);
        Assert.True(DocumentSignature.IsValid(pinned, document, signature));
        Assert.False(DocumentSignature.IsValid(pinned, "{\"version\":2}"u8, signature));
        Assert.False(DocumentSignature.IsValid(pinned, document, signature.AsSpan(1)));
        Assert.False(DocumentSignature.IsValid(pinned, document, []));
        Assert.False(DocumentSignature.IsValid(other, document, signature));
        Assert.False(pinned.VerifyData(document, signature, HashAlgorithmName.SHA256));
    }
}
