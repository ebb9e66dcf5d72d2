using System.Security.Cryptography;
using System.Text;

namespace SmartCardCrm.Loyalty;

/// <summary>
/// A contact that headquarters alone can read, so that neither a terminal's disk nor its journal on the way
/// gives it away: ECDH on P-256 between a key used once and the authority's, HKDF-SHA-256, AES-256-GCM. The
/// bytes are x(32) ‖ y(32) of the key used once ‖ tag(16) ‖ ciphertext.
/// </summary>
public static class SealedContact
{
    private const int PointLength = 64;
    private const int TagLength = 16;
    private const int KeyLength = 32;
    private const int NonceLength = 12;

    /// <summary>Bytes of the longest.</summary>
    public const int LengthMost = PointLength + TagLength + Contact.LengthMost * 3;

    /// <param name="headquarters">The authority's public key.</param>
    /// <param name="once">32 random bytes, used for nothing else.</param>
    public static byte[] Seal(ECDsa headquarters, Contact contact, byte[] once)
    {
        using var own = ECDiffieHellman.Create(
            new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = once });
        using var other = ECDiffieHellman.Create(headquarters.ExportParameters(false));
        var point = own.ExportParameters(false).Q;
        var plain = Encoding.UTF8.GetBytes(contact.Text);
        byte[] contactSealed = [.. point.X!, .. point.Y!, .. new byte[TagLength + plain.Length]];
        var (key, nonce) = Secrets(own, other.PublicKey, contactSealed.AsSpan(0, PointLength));
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(
            nonce, plain, contactSealed.AsSpan(PointLength + TagLength),
            contactSealed.AsSpan(PointLength, TagLength));
        CryptographicOperations.ZeroMemory(key);
        return contactSealed;
    }

    /// <param name="headquarters">The authority's private key.</param>
    /// <returns>Null where these bytes are nothing that was sealed for it.</returns>
    public static Contact? TryOpen(ECDiffieHellman headquarters, ReadOnlySpan<byte> contactSealed)
    {
        if (contactSealed.Length is <= PointLength + TagLength or > LengthMost)
            return null;
        try
        {
            using var other = ECDiffieHellman.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint
                {
                    X = contactSealed[..(PointLength / 2)].ToArray(),
                    Y = contactSealed[(PointLength / 2)..PointLength].ToArray(),
                },
            });
            var (key, nonce) = Secrets(headquarters, other.PublicKey, contactSealed[..PointLength]);
            var plain = new byte[contactSealed.Length - PointLength - TagLength];
            using var aes = new AesGcm(key, TagLength);
            CryptographicOperations.ZeroMemory(key);
            aes.Decrypt(
                nonce, contactSealed[(PointLength + TagLength)..],
                contactSealed.Slice(PointLength, TagLength), plain);
            return Contact.TryParse(Encoding.UTF8.GetString(plain));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static (byte[] Key, byte[] Nonce) Secrets(
        ECDiffieHellman own, ECDiffieHellmanPublicKey other, ReadOnlySpan<byte> point)
    {
        var shared = own.DeriveRawSecretAgreement(other);
        var secrets = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, shared, KeyLength + NonceLength, salt: point.ToArray(),
            info: "SmartCardCrm contact"u8.ToArray());
        CryptographicOperations.ZeroMemory(shared);
        return (secrets[..KeyLength], secrets[KeyLength..]);
    }
}
