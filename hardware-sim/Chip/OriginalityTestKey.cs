using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Utilities;

namespace SmartCardCrm.Simulator.Chip;

/// <summary>
/// The key with which simulated cards are signed in place of a factory's. Everybody knows it, so it vouches
/// for nothing: trust it in tests and demonstrations only. ECDSA on secp224r1 over the 7 bytes of the UID,
/// without a hash. Source: NXP AN12196, section 7.
/// </summary>
public static class OriginalityTestKey
{
    /// <summary>Uncompressed point: <c>04 ‖ x(28) ‖ y(28)</c>, 114 hex digits.</summary>
    public const string PublicPoint =
        "042F5AF777807389C837102480C2F875E7115C09B0EFCF37010FFB0083"
        + "67BAE5C7CD5674548183C483C1B83FC69E468BDD315E6B944D2A6235";

    /// <summary>56 hex digits: SHA-224 of "SmartCardCrm simulator originality test key".</summary>
    public const string PrivateKey = "2028560114758656B3DD6074AE91AA9806B9ECE5A7475D79AD743168";

    private const int Half = 28;

    private static readonly ECPrivateKeyParameters Key = new(
        new BigInteger(PrivateKey, 16),
        new ECDomainParameters(CustomNamedCurves.GetByName("secp224r1")));

    /// <summary>The same signature each time, as a chip that was signed once gives it.</summary>
    /// <param name="uid">7 bytes.</param>
    /// <returns><c>r(28) ‖ s(28)</c>.</returns>
    internal static byte[] Sign(byte[] uid)
    {
        var signer = new ECDsaSigner(new HMacDsaKCalculator(new Sha256Digest()));
        signer.Init(forSigning: true, Key);
        var signature = signer.GenerateSignature(uid);
        return [.. signature.SelectMany(number => BigIntegers.AsUnsignedByteArray(Half, number))];
    }
}
