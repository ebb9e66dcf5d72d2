using System.Security.Cryptography;

namespace SmartCardCrm.CardProtocol;

/// <summary>AES-CMAC under one key (RFC 4493, NIST SP 800-38B), without allocating.</summary>
internal sealed class AesCmac : IDisposable
{
    public const int Length = 16;

    /// <summary>Length of the truncated form that DESFire puts on the wire.</summary>
    public const int ShortLength = 8;

    private readonly AesBlocks _aes;
    private readonly byte[] _subkeys = new byte[2 * Length];

    /// <param name="key">16 bytes. Copied.</param>
    public AesCmac(ReadOnlySpan<byte> key)
    {
        _aes = new AesBlocks(key);
        Span<byte> zero = stackalloc byte[Length];
        zero.Clear();
        _aes.Encrypt(zero);
        Double(zero, _subkeys.AsSpan(0, Length));
        Double(WholeBlockSubkey, _subkeys.AsSpan(Length));
        CryptographicOperations.ZeroMemory(zero);
    }

    /// <summary>The cipher under the same key, for who needs both.</summary>
    public AesBlocks Blocks => _aes;

    /// <summary>K1: masks a last block that is whole.</summary>
    public ReadOnlySpan<byte> WholeBlockSubkey => _subkeys.AsSpan(0, Length);

    /// <summary>K2: masks a last block that was padded.</summary>
    public ReadOnlySpan<byte> PaddedBlockSubkey => _subkeys.AsSpan(Length);

    /// <param name="message">Any length, also none.</param>
    /// <param name="mac">Receives 16 bytes.</param>
    public void Compute(ReadOnlySpan<byte> message, Span<byte> mac)
    {
        mac = mac[..Length];
        mac.Clear();
        for (; message.Length > Length; message = message[Length..])
        {
            AesBlocks.Xor(mac, message[..Length]);
            _aes.Encrypt(mac);
        }

        AesBlocks.Xor(mac[..message.Length], message);
        if (message.Length < Length)
            mac[message.Length] ^= 0x80;
        AesBlocks.Xor(mac, message.Length == Length ? WholeBlockSubkey : PaddedBlockSubkey);
        _aes.Encrypt(mac);
    }

    /// <summary>The truncation of DESFire: every second byte of the MAC, beginning with its second.</summary>
    /// <param name="message">Any length, also none.</param>
    /// <param name="mac">Receives 8 bytes.</param>
    public void ComputeShort(ReadOnlySpan<byte> message, Span<byte> mac)
    {
        Span<byte> whole = stackalloc byte[Length];
        Compute(message, whole);
        for (var i = 0; i < ShortLength; i++)
            mac[i] = whole[(2 * i) + 1];
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_subkeys);
        _aes.Dispose();
    }

    /// <summary>Doubles in GF(2¹²⁸), most significant byte first.</summary>
    public static void Double(ReadOnlySpan<byte> value, Span<byte> doubled)
    {
        for (var i = 0; i < Length; i++)
            doubled[i] = (byte)(((value[i] << 1) & 0xFF) | (i + 1 < Length ? value[i + 1] >> 7 : 0));
        if (value[0] >= 0x80)
            doubled[^1] ^= 0x87;
    }
}
