using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;

namespace SmartCardCrm.CardProtocol;

/// <summary>Whether a chip comes from a factory that is trusted: the factory signed the chip's UID.</summary>
/// <remarks>
/// ECDSA on secp224r1; the 7 bytes of the UID are signed as they are, without a hash. A signature can be
/// copied with its UID, so this finds cheap imitations and nothing else. Source: NXP AN12196, section 7.
/// </remarks>
public static class Originality
{
    /// <summary>NXP's published keys.</summary>
    public static IReadOnlyList<OriginalityKey> NxpKeys =>
    [
        OriginalityKey.NxpNtag424Dna, OriginalityKey.NxpDesfireEv2, OriginalityKey.NxpDesfireEv3,
    ];

    /// <summary>Reads the signature from the card and looks for the key that made it: 1 APDU, without a
    /// session.</summary>
    /// <param name="channel">The card, of which nothing needs to be selected.</param>
    /// <param name="uid">Its UID as the reader gave it.</param>
    /// <param name="trusted">The keys to try.</param>
    /// <returns>The key, or null when none of them made the signature.</returns>
    /// <exception cref="CardRefusedException">The chip has no signature to give.</exception>
    public static OriginalityKey? Check(ICardChannel channel, Uid uid, IEnumerable<OriginalityKey> trusted)
    {
        var signature = new PlainChannel(channel).Execute(new ReadSignature());
        return FindSigner(uid, signature, trusted);
    }

    /// <summary>The key that signed this UID, or null.</summary>
    public static OriginalityKey? FindSigner(
        Uid uid, OriginalitySignature signature, IEnumerable<OriginalityKey> trusted) =>
        trusted.FirstOrDefault(key => key.Signed(uid, signature));
}

/// <summary>A factory's signature on a UID.</summary>
/// <param name="bytes">r(28) ‖ s(28). Copied.</param>
/// <exception cref="ArgumentException">Not 56 bytes.</exception>
public sealed class OriginalitySignature(ReadOnlySpan<byte> bytes)
{
    public const int Length = 56;

    private const int Half = Length / 2;

    private readonly byte[] _bytes = bytes.Length == Length
        ? bytes.ToArray()
        : throw new ArgumentException($"A signature has {Length} bytes.", nameof(bytes));

    internal BigInteger R => new(1, _bytes, 0, Half);

    internal BigInteger S => new(1, _bytes, Half, Half);
}

/// <summary>The public key of a factory.</summary>
public sealed class OriginalityKey
{
    private readonly ECPublicKeyParameters _key;

    /// <param name="name">Whose it is, for people.</param>
    /// <param name="point">An uncompressed point of secp224r1: <c>04 ‖ x(28) ‖ y(28)</c> in hex, 114 digits.
    /// </param>
    /// <exception cref="ArgumentException">Not such a point.</exception>
    /// <exception cref="FormatException">Not hex.</exception>
    public OriginalityKey(string name, string point)
    {
        Name = name;
        var bytes = Convert.FromHexString(point);
        if (bytes is not [0x04, ..])
            throw new ArgumentException("The point is not uncompressed.", nameof(point));
        _key = new ECPublicKeyParameters(Secp224r1.Points.Curve.DecodePoint(bytes), Secp224r1.Domain);
    }

    public static OriginalityKey NxpNtag424Dna { get; } = new(
        "NXP: NTAG 424 DNA, DESFire Light, some DESFire EV2",
        "048A9B380AF2EE1B98DC417FECC263F8449C7625CECE82D9B916C992DA"
        + "209D68422B81EC20B65A66B5102A61596AF3379200599316A00A1410");

    public static OriginalityKey NxpDesfireEv2 { get; } = new(
        "NXP: DESFire EV2",
        "04B304DC4C615F5326FE9383DDEC9AA892DF3A57FA7FFB3276192BC0EA"
        + "A252ED45A865E3B093A3D0DCE5BE29E92F1392CE7DE321E3E5C52B3A");

    public static OriginalityKey NxpDesfireEv3 { get; } = new(
        "NXP: DESFire EV3",
        "041DB46C145D0A36539C6544BD6D9B0AA62FF91EC48CBC6ABAE36E0089"
        + "A46F0D08C8A715EA40A63313B92E90DDC1730230E0458A33276FB743");

    public string Name { get; }

    /// <summary>Whether this key made the signature on this UID.</summary>
    public bool Signed(Uid uid, OriginalitySignature signature)
    {
        var message = new byte[Uid.Length];
        uid.CopyTo(message);
        var verifier = new ECDsaSigner();
        verifier.Init(forSigning: false, _key);
        return verifier.VerifySignature(message, signature.R, signature.S);
    }

    private static class Secp224r1
    {
        public static X9ECParameters Points { get; } = CustomNamedCurves.GetByName("secp224r1");

        public static ECDomainParameters Domain { get; } = new(Points);
    }
}
