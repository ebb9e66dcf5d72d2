using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Messaging;

/// <summary>
/// The cipher of a card key of any type, for the channels before EV2: CBC, and the CMAC of NIST SP 800-38B
/// from any starting vector. .NET refuses the weak DES keys that a factory card has. </summary>
internal sealed class KeyCipher
{
    private readonly IBlockCipher _encrypt;
    private readonly IBlockCipher _decrypt;

    /// <param name="type">What the key is.</param>
    /// <param name="key">16 bytes, or 24 of a 3TDEA key; 8 of a DES session key. Equal halves make single
    /// DES.</param>
    public KeyCipher(KeyType type, ReadOnlySpan<byte> key)
    {
        var isDes = type == KeyType.Des && (key.Length == 8 || key[..8].SequenceEqual(key[8..16]));
        var used = isDes ? key[..8].ToArray() : key.ToArray();
        _encrypt = Engine(type, isDes, used, forEncryption: true);
        _decrypt = Engine(type, isDes, used, forEncryption: false);
        BlockLength = _encrypt.GetBlockSize();
        IsSingleDes = isDes;
    }

    /// <summary>8 or 16.</summary>
    public int BlockLength { get; }

    public bool IsSingleDes { get; }

    /// <param name="plain">Whole blocks.</param>
    public byte[] EncryptCbc(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> iv)
    {
        var cipher = new byte[plain.Length];
        var previous = iv.ToArray();
        for (var at = 0; at < plain.Length; at += BlockLength)
        {
            _encrypt.ProcessBlock(Xor(plain.Slice(at, BlockLength), previous), cipher.AsSpan(at));
            previous = cipher[at..(at + BlockLength)];
        }

        return cipher;
    }

    /// <param name="cipher">Whole blocks.</param>
    public byte[] DecryptCbc(ReadOnlySpan<byte> cipher, ReadOnlySpan<byte> iv) =>
        Unchain(_decrypt, cipher, iv);

    /// <summary>What a card of the oldest kind does with what a reader has "decrypted": it encrypts each
    /// block, which undoes it.</summary>
    /// <param name="cipher">Whole blocks, chained by the reader in decryption.</param>
    public byte[] UndoReadersDecryption(ReadOnlySpan<byte> cipher) =>
        Unchain(_encrypt, cipher, new byte[BlockLength]);

    /// <summary>CMAC, a whole block.</summary>
    public byte[] Mac(ReadOnlySpan<byte> message, ReadOnlySpan<byte> iv)
    {
        var isWhole = message.Length > 0 && message.Length % BlockLength == 0;
        var padded = new byte[isWhole ? message.Length : ((message.Length / BlockLength) + 1) * BlockLength];
        message.CopyTo(padded);
        if (!isWhole)
            padded[message.Length] = 0x80;

        var subkey = Doubled(EncryptCbc(new byte[BlockLength], new byte[BlockLength]));
        if (!isWhole)
            subkey = Doubled(subkey);
        Xor(padded.AsSpan(^BlockLength..), subkey).CopyTo(padded, padded.Length - BlockLength);
        return EncryptCbc(padded, iv)[^BlockLength..];
    }

    private byte[] Unchain(IBlockCipher engine, ReadOnlySpan<byte> cipher, ReadOnlySpan<byte> iv)
    {
        var plain = new byte[cipher.Length];
        var previous = iv;
        for (var at = 0; at < cipher.Length; at += BlockLength)
        {
            var block = cipher.Slice(at, BlockLength);
            engine.ProcessBlock(block, plain.AsSpan(at));
            Xor(plain.AsSpan(at, BlockLength), previous).CopyTo(plain, at);
            previous = block;
        }

        return plain;
    }

    // Multiplies by x in GF(2^64) or GF(2^128).
    private byte[] Doubled(byte[] block)
    {
        var doubled = new byte[BlockLength];
        for (var i = 0; i < BlockLength; i++)
            doubled[i] = (byte)(((block[i] << 1) & 0xFF) | (i + 1 < BlockLength ? block[i + 1] >> 7 : 0));
        if (block[0] >= 0x80)
            doubled[^1] ^= BlockLength == 8 ? (byte)0x1B : (byte)0x87;
        return doubled;
    }

    private static byte[] Xor(ReadOnlySpan<byte> block, ReadOnlySpan<byte> other)
    {
        var sum = block.ToArray();
        for (var i = 0; i < sum.Length; i++)
            sum[i] ^= other[i];
        return sum;
    }

    private static IBlockCipher Engine(KeyType type, bool isDes, byte[] key, bool forEncryption)
    {
        IBlockCipher engine = type == KeyType.Aes ? new AesEngine()
            : isDes ? new DesEngine()
            : new DesEdeEngine();
        engine.Init(forEncryption, new KeyParameter(key));
        return engine;
    }
}
