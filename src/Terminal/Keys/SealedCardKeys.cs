using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal.Keys;

/// <summary>
/// Card keys on the terminal's own disk, AES-GCM under a key derived from the terminal's private key. Whoever
/// has the disk has both: this is for development and small shops, where a restart without a network must
/// still sell.
/// </summary>
internal static class SealedCardKeys
{
    private static ReadOnlySpan<byte> Magic => "SCCRM-K1"u8;

    /// <summary>Magic(8) ‖ nonce(12) ‖ tag(16) ‖ ciphertext; the terminal's number is authenticated with
    /// it.</summary>
    public static void Save(DataFolder data, uint terminal, CardKeysReply keys)
    {
        var plain = keys.ToByteArray();
        var sealing = new byte[Magic.Length + 12 + 16 + plain.Length];
        var (nonce, tag, cipher) = Parts(sealing);
        Magic.CopyTo(sealing);
        RandomNumberGenerator.Fill(nonce.Span);
        using (var aes = Cipher(data))
            aes.Encrypt(nonce.Span, plain, cipher.Span, tag.Span, Associated(terminal));
        CryptographicOperations.ZeroMemory(plain);
        PrivateFile.Replace(data.SealedCardKeys, sealing);
    }

    /// <summary>What was sealed; null where nothing was.</summary>
    /// <exception cref="CryptographicException">The file was changed, or is another terminal's.</exception>
    public static CardKeysReply? Load(DataFolder data, uint terminal)
    {
        if (!File.Exists(data.SealedCardKeys))
            return null;
        var sealing = File.ReadAllBytes(data.SealedCardKeys);
        if (sealing.Length < Magic.Length + 12 + 16 || !sealing.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            throw new CryptographicException("card-keys.sealed is not a sealed key file.");

        var (nonce, tag, cipher) = Parts(sealing);
        var plain = new byte[cipher.Length];
        using (var aes = Cipher(data))
            aes.Decrypt(nonce.Span, cipher.Span, tag.Span, plain, Associated(terminal));
        var keys = CardKeysReply.Parser.ParseFrom(plain);
        CryptographicOperations.ZeroMemory(plain);
        return keys;
    }

    private static (Memory<byte> Nonce, Memory<byte> Tag, Memory<byte> Cipher) Parts(byte[] sealing)
    {
        var rest = sealing.AsMemory(Magic.Length);
        return (rest[..12], rest[12..28], rest[28..]);
    }

    private static AesGcm Cipher(DataFolder data)
    {
        using var key = TerminalCertificates.LoadKey(data);
        var secret = key.ExportParameters(includePrivateParameters: true).D ?? [];
        var derived = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, secret, 32, info: "SmartCardCrm card keys"u8.ToArray());
        CryptographicOperations.ZeroMemory(secret);
        try
        {
            return new AesGcm(derived, 16);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    private static byte[] Associated(uint terminal)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, terminal);
        return bytes;
    }
}
