using System.Security.Cryptography;

namespace SmartCardCrm.Simulator.Chip.Messaging;

/// <summary>AES-128 under one key: CMAC (NIST SP 800-38B) and CBC without padding.</summary>
internal sealed class AesCmac : IDisposable
{
    public const int BlockLength = 16;
    public const int ShortLength = 8;

    private static readonly byte[] Zeros = new byte[BlockLength];

    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _subkey1 = new byte[BlockLength];
    private readonly byte[] _subkey2 = new byte[BlockLength];

    /// <param name="key">16 bytes; copied.</param>
    public AesCmac(ReadOnlySpan<byte> key)
    {
        _aes.SetKey(key);
        _aes.EncryptEcb(Zeros, _subkey1, PaddingMode.None);
        Double(_subkey1, _subkey1);
        Double(_subkey1, _subkey2);
    }

    public void Dispose() => _aes.Dispose();

    /// <summary>The full 16-byte CMAC.</summary>
    public byte[] Compute(ReadOnlySpan<byte> message)
    {
        var whole = message.Length > 0 && message.Length % BlockLength == 0;
        var padded = new byte[whole ? message.Length : ((message.Length / BlockLength) + 1) * BlockLength];
        message.CopyTo(padded);
        if (!whole)
            padded[message.Length] = 0x80;

        var last = padded.AsSpan(^BlockLength..);
        var subkey = whole ? _subkey1 : _subkey2;
        for (var i = 0; i < BlockLength; i++)
            last[i] ^= subkey[i];

        return EncryptCbc(padded, Zeros)[^BlockLength..];
    }

    /// <summary>
    /// The 8 bytes at odd places of the CMAC, as EV2 messaging and the transaction MAC send it.
    /// </summary>
    public byte[] ComputeShort(ReadOnlySpan<byte> message)
    {
        var full = Compute(message);
        var truncated = new byte[ShortLength];
        for (var i = 0; i < ShortLength; i++)
            truncated[i] = full[(2 * i) + 1];

        return truncated;
    }

    public byte[] EncryptBlock(ReadOnlySpan<byte> block) => _aes.EncryptEcb(block, PaddingMode.None);

    /// <param name="plain">A multiple of 16 bytes.</param>
    /// <param name="iv">16 bytes.</param>
    public byte[] EncryptCbc(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> iv) =>
        _aes.EncryptCbc(plain, iv, PaddingMode.None);

    /// <param name="cipher">A multiple of 16 bytes.</param>
    /// <param name="iv">16 bytes.</param>
    public byte[] DecryptCbc(ReadOnlySpan<byte> cipher, ReadOnlySpan<byte> iv) =>
        _aes.DecryptCbc(cipher, iv, PaddingMode.None);

    /// <summary>Multiplies by x in GF(2^128).</summary>
    private static void Double(ReadOnlySpan<byte> block, Span<byte> doubled)
    {
        var carry = block[0] >> 7;
        for (var i = 0; i < BlockLength; i++)
        {
            var next = i + 1 < BlockLength ? block[i + 1] >> 7 : 0;
            doubled[i] = (byte)(((block[i] << 1) & 0xFF) | next);
        }

        doubled[^1] ^= (byte)(carry * 0x87);
    }
}
