using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Utilities;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.World;

/// <summary>Headquarters' key and its signature, the same in every run: ECDSA whose nonce comes from the
/// document (RFC 6979).</summary>
internal sealed class RepeatableSigner : IDocumentSigner, IDisposable
{
    // The key of RFC 6979, A.2.5.
    private static readonly byte[] Secret =
        Convert.FromHexString("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");

    private readonly ECPrivateKeyParameters _signing = new(
        new BigInteger(1, Secret), new ECDomainParameters(CustomNamedCurves.GetByName("P-256")));

    private readonly Dictionary<uint, byte[]> _certificates = [];

    /// <summary>The same key, as terminals and vault have it.</summary>
    public ECDsa Key { get; } =
        ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = Secret });

    public byte[] Sign(ReadOnlySpan<byte> document) => SignBytes(DocumentSignature.Covered(document));

    /// <summary>A terminal's certificate, DER. Not to be changed.</summary>
    public byte[] CertificateOf(uint terminal)
    {
        if (!_certificates.TryGetValue(terminal, out var issued))
            _certificates.Add(terminal, issued = Issue(terminal));
        return issued;
    }

    private byte[] Issue(uint terminal)
    {
        var name = new X500DistinguishedName($"CN=terminal {terminal}");
        var generator = new Generator(this);
        var request = new CertificateRequest(name, generator.PublicKey, HashAlgorithmName.SHA256);
        using var certificate = request.Create(
            name, generator, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100),
            BitConverter.GetBytes(terminal + 1));
        return certificate.RawData;
    }

    public byte[] SignBytes(byte[] covered)
    {
        var signer = new ECDsaSigner(new HMacDsaKCalculator(new Sha256Digest()));
        signer.Init(forSigning: true, _signing);
        var signature = signer.GenerateSignature(SHA256.HashData(covered));
        var half = DocumentSignature.Length / 2;
        return [.. signature.SelectMany(number => BigIntegers.AsUnsignedByteArray(half, number))];
    }

    public void Dispose() => Key.Dispose();

    private sealed class Generator(RepeatableSigner signer) : X509SignatureGenerator
    {
        private readonly X509SignatureGenerator _platform = CreateForECDsa(signer.Key);

        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) =>
            _platform.GetSignatureAlgorithmIdentifier(hashAlgorithm);

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm)
        {
            var signature = signer.SignBytes(data);
            var writer = new AsnWriter(AsnEncodingRules.DER);
            using (writer.PushSequence())
            {
                writer.WriteIntegerUnsigned(signature.AsSpan(0, signature.Length / 2).TrimStart((byte)0));
                writer.WriteIntegerUnsigned(signature.AsSpan(signature.Length / 2).TrimStart((byte)0));
            }

            return writer.Encode();
        }

        protected override PublicKey BuildPublicKey() => _platform.PublicKey;
    }
}
