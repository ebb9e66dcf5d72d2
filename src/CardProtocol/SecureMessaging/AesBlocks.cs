using System.Security.Cryptography;

namespace SmartCardCrm.CardProtocol;

/// <summary>AES-128 on whole blocks. The transforms are made once and kept, so that no call
/// allocates.</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class AesBlocks : IDisposable
{
    public const int BlockLength = 16;

    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _block = new byte[BlockLength];
    private readonly ICryptoTransform _encryptor;
    private ICryptoTransform? _decryptor;

    /// <param name="key">16 bytes. Copied into the platform's key.</param>
    public AesBlocks(ReadOnlySpan<byte> key)
    {
        _aes.Mode = CipherMode.ECB;
        _aes.Padding = PaddingMode.None;
        _aes.SetKey(key);
        _encryptor = _aes.CreateEncryptor();
    }

    /// <summary>Encrypts one block in place.</summary>
    public void Encrypt(Span<byte> block) => Transform(_encryptor, block);

    /// <summary>Encrypts whole blocks in place, chained from <paramref name="iv"/>.</summary>
    public void EncryptCbc(ReadOnlySpan<byte> iv, Span<byte> blocks)
    {
        var previous = iv;
        for (var rest = blocks; !rest.IsEmpty; rest = rest[BlockLength..])
        {
            var block = rest[..BlockLength];
            Xor(block, previous);
            Encrypt(block);
            previous = block;
        }
    }

    /// <summary>Decrypts whole blocks in place, chained from <paramref name="iv"/>.</summary>
    public void DecryptCbc(ReadOnlySpan<byte> iv, Span<byte> blocks)
    {
        _decryptor ??= _aes.CreateDecryptor();
        for (var last = blocks.Length - BlockLength; last >= 0; last -= BlockLength)
        {
            var block = blocks.Slice(last, BlockLength);
            Transform(_decryptor, block);
            Xor(block, last == 0 ? iv : blocks.Slice(last - BlockLength, BlockLength));
        }
    }

    /// <summary>Adds <paramref name="other"/> to <paramref name="block"/>, bit by bit.</summary>
    public static void Xor(Span<byte> block, ReadOnlySpan<byte> other)
    {
        for (var i = 0; i < block.Length; i++)
            block[i] ^= other[i];
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_block);
        _encryptor.Dispose();
        _decryptor?.Dispose();
        _aes.Dispose();
    }

    private void Transform(ICryptoTransform transform, Span<byte> block)
    {
        block.CopyTo(_block);
        transform.TransformBlock(_block, 0, BlockLength, _block, 0);
        _block.CopyTo(block);
    }
}
