using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;

namespace SmartCardCrm.CardProtocol;

/// <summary>A block cipher under one key, a block at a time.</summary>
internal interface IBlockCipher : IDisposable
{
    /// <summary>8 or 16.</summary>
    int Length { get; }

    void Encrypt(Span<byte> block);

    void Decrypt(Span<byte> block);
}

/// <summary>AES-128.</summary>
/// <param name="key">16 bytes. Copied into the platform's key.</param>
internal sealed class AesCipher(ReadOnlySpan<byte> key) : IBlockCipher
{
    private readonly AesBlocks _aes = new(key);

    public int Length => AesBlocks.BlockLength;

    public void Encrypt(Span<byte> block) => _aes.Encrypt(block);

    public void Decrypt(Span<byte> block)
    {
        Span<byte> noChain = stackalloc byte[AesBlocks.BlockLength];
        noChain.Clear();
        _aes.DecryptCbc(noChain, block);
    }

    public void Dispose() => _aes.Dispose();
}

/// <summary>Single DES, for cards from the factory alone: their key is all zero, which is a weak key and
/// refused by .NET.</summary>
/// <param name="key">8 bytes. Read, not kept.</param>
internal sealed class DesCipher(ReadOnlySpan<byte> key) : IBlockCipher
{
    public const int BlockLength = 8;

    private readonly DesEngine _encryptor = Under(key, forEncryption: true);
    private readonly DesEngine _decryptor = Under(key, forEncryption: false);

    public int Length => BlockLength;

    public void Encrypt(Span<byte> block) => _encryptor.ProcessBlock(block, block);

    public void Decrypt(Span<byte> block) => _decryptor.ProcessBlock(block, block);

    public void Dispose()
    {
        // BouncyCastle keeps the key schedule where nothing can zero it; the key is public anyway.
    }

    private static DesEngine Under(ReadOnlySpan<byte> key, bool forEncryption)
    {
        var engine = new DesEngine();
        engine.Init(forEncryption, new KeyParameter(key));
        return engine;
    }
}

/// <summary>A block cipher with one running IV, which encryption, decryption and CMAC carry on, in whatever
/// order they come: the cryptography of DESFire's EV1 channel.</summary>
/// <param name="cipher">Owned.</param>
internal sealed class Ev1Cipher(IBlockCipher cipher) : IDisposable
{
    private const int LongestBlock = 16;

    // What doubling adds when a bit falls out, for blocks of 128 and of 64 bits.
    private readonly byte _polynomial = cipher.Length == LongestBlock ? (byte)0x87 : (byte)0x1B;
    private readonly byte[] _running = new byte[cipher.Length];

    public int BlockLength => cipher.Length;

    /// <summary>The last block that went either way, or the last MAC; zero at first.</summary>
    public ReadOnlySpan<byte> Running => _running;

    /// <summary>Encrypts whole blocks in place.</summary>
    public void Encrypt(Span<byte> blocks)
    {
        for (var rest = blocks; !rest.IsEmpty; rest = rest[BlockLength..])
        {
            var block = rest[..BlockLength];
            AesBlocks.Xor(block, _running);
            cipher.Encrypt(block);
            block.CopyTo(_running);
        }
    }

    /// <summary>Decrypts whole blocks in place.</summary>
    public void Decrypt(Span<byte> blocks)
    {
        Span<byte> next = stackalloc byte[LongestBlock];
        next = next[..BlockLength];
        for (var rest = blocks; !rest.IsEmpty; rest = rest[BlockLength..])
        {
            var block = rest[..BlockLength];
            block.CopyTo(next);
            cipher.Decrypt(block);
            AesBlocks.Xor(block, _running);
            next.CopyTo(_running);
        }
    }

    /// <summary>Carries the running IV through a message: it is the message's CMAC then.</summary>
    public void Mac(ReadOnlySpan<byte> message)
    {
        Span<byte> last = stackalloc byte[LongestBlock];
        last = last[..BlockLength];
        MakeSubkey(last);
        for (; message.Length > BlockLength; message = message[BlockLength..])
            Absorb(message[..BlockLength]);

        if (message.Length < BlockLength)
        {
            Double(last);
            last[message.Length] ^= 0x80;
        }

        AesBlocks.Xor(last[..message.Length], message);
        Absorb(last);
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_running);
        cipher.Dispose();
    }

    private void Absorb(ReadOnlySpan<byte> block)
    {
        AesBlocks.Xor(_running, block);
        cipher.Encrypt(_running);
    }

    /// <summary>K1.</summary>
    private void MakeSubkey(Span<byte> subkey)
    {
        subkey.Clear();
        cipher.Encrypt(subkey);
        Double(subkey);
    }

    private void Double(Span<byte> value)
    {
        var falls = value[0] >= 0x80;
        for (var i = 0; i < value.Length; i++)
            value[i] = (byte)(((value[i] << 1) & 0xFF) | (i + 1 < value.Length ? value[i + 1] >> 7 : 0));
        if (falls)
            value[^1] ^= _polynomial;
    }
}
