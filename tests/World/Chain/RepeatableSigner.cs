using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Utilities;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.World;

/// <summary>Headquarters' signature, the same in every run: ECDSA whose nonce comes from the document
/// (RFC 6979).</summary>
internal sealed class RepeatableSigner : IDocumentSigner, IDisposable
{
    // The key of RFC 6979, A.2.5.
    private const string Secret = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";

    private readonly ECPrivateKeyParameters _key;

    public RepeatableSigner()
    {
        var curve = CustomNamedCurves.GetByName("P-256");
        var domain = new ECDomainParameters(curve);
        _key = new ECPrivateKeyParameters(new BigInteger(Secret, 16), domain);
        var point = domain.G.Multiply(_key.D).Normalize();
        PublicKey = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint
            {
                X = point.AffineXCoord.GetEncoded(),
                Y = point.AffineYCoord.GetEncoded(),
            },
        });
    }

    /// <summary>What terminals check with.</summary>
    public ECDsa PublicKey { get; }

    public byte[] Sign(ReadOnlySpan<byte> document)
    {
        var signer = new ECDsaSigner(new HMacDsaKCalculator(new Sha256Digest()));
        signer.Init(forSigning: true, _key);
        var signature = signer.GenerateSignature(SHA256.HashData(DocumentSignature.Covered(document)));
        var half = DocumentSignature.Length / 2;
        return [.. signature.SelectMany(number => BigIntegers.AsUnsignedByteArray(half, number))];
    }

    public void Dispose() => PublicKey.Dispose();
}
