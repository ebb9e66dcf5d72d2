using System.Security.Cryptography;

namespace SmartCardCrm.CardProtocol;

/// <summary>Encrypts whole blocks under a key that stays where it is, as in a token: AES-128 in CBC mode from
/// a vector of zeros.</summary>
/// <param name="blocks">16 bytes or a multiple. Read, not kept.</param>
/// <param name="encrypted">Receives as many.</param>
public delegate void EncryptBlocks(ReadOnlySpan<byte> blocks, Span<byte> encrypted);

/// <summary>Derives keys from a master key, so that a broken card or terminal gives away only
/// itself.</summary>
internal static class KeyDiversification
{
    /// <summary>Ends every diversification input of ours.</summary>
    public static ReadOnlySpan<byte> SystemId => "SCCRM"u8;

    private const int InputMost = 31;
    private const int BlocksLength = 2 * AesBlocks.BlockLength;

    /// <param name="master">AES-128 key, 16 bytes. Read, not kept.</param>
    /// <param name="input">What the derived key is for, 1 to 31 bytes; AN10922 calls it M.</param>
    /// <param name="derived">Receives 16 bytes. The caller zeroes them.</param>
    /// <exception cref="ArgumentException">The input has another length.</exception>
    /// <remarks>
    /// Source: NXP AN10922, section 2.2. The padded input always fills two blocks: for up to 15 bytes of
    /// input this is not the CMAC of <c>01 ‖ input</c>, which would fill one.
    /// </remarks>
    public static void Derive(ReadOnlySpan<byte> master, ReadOnlySpan<byte> input, Span<byte> derived)
    {
        Span<byte> blocks = stackalloc byte[BlocksLength];
        WriteBlocks(input, blocks);

        // CMAC masks two whole blocks with K1; where AN10922 wants K2, its difference goes in beforehand.
        using var cmac = new AesCmac(master);
        var last = blocks[AesBlocks.BlockLength..];
        if (input.Length < InputMost)
        {
            AesBlocks.Xor(last, cmac.WholeBlockSubkey);
            AesBlocks.Xor(last, cmac.PaddedBlockSubkey);
        }

        cmac.Compute(blocks, derived);
        blocks.Clear();
    }

    /// <inheritdoc cref="Derive(ReadOnlySpan{byte}, ReadOnlySpan{byte}, Span{byte})"/>
    /// <param name="master">The master, wherever it is.</param>
    /// <param name="input"></param>
    /// <param name="derived"></param>
    public static void Derive(EncryptBlocks master, ReadOnlySpan<byte> input, Span<byte> derived)
    {
        Span<byte> subkeys = stackalloc byte[BlocksLength];
        Span<byte> blocks = stackalloc byte[BlocksLength];
        var first = subkeys[..AesBlocks.BlockLength];
        var second = subkeys[AesBlocks.BlockLength..];
        blocks.Clear();
        master(blocks[..AesBlocks.BlockLength], second);
        AesCmac.Double(second, first);
        AesCmac.Double(first, second);

        WriteBlocks(input, blocks);
        AesBlocks.Xor(blocks[AesBlocks.BlockLength..], input.Length < InputMost ? second : first);
        master(blocks, subkeys);
        second.CopyTo(derived);
        CryptographicOperations.ZeroMemory(subkeys);
        CryptographicOperations.ZeroMemory(blocks);
    }

    // 01 ‖ input, padded to two blocks.
    private static void WriteBlocks(ReadOnlySpan<byte> input, Span<byte> blocks)
    {
        if (input.Length is < 1 or > InputMost)
            throw new ArgumentException($"An input has 1 to {InputMost} bytes.", nameof(input));

        blocks.Clear();
        blocks[0] = 0x01;
        input.CopyTo(blocks[1..]);
        if (input.Length < InputMost)
            blocks[input.Length + 1] = 0x80;
    }

    /// <summary>One key of one application on one card.</summary>
    /// <param name="master">AES-128 key, 16 bytes. Read, not kept.</param>
    /// <param name="version">The version that the key will have.</param>
    /// <param name="uid">The card; the default for a key that all cards share.</param>
    /// <param name="aid">The application; 000000 for the card's own keys.</param>
    /// <param name="number">What the key is for.</param>
    /// <returns>The caller disposes of it.</returns>
    /// <remarks>AN10922 over <c>UID(7) ‖ AID(3) ‖ number(1) ‖ "SCCRM"</c>.</remarks>
    public static CardKey DeriveCardKey(
        ReadOnlySpan<byte> master, byte version, Uid uid, Aid aid, byte number)
    {
        Span<byte> derived = stackalloc byte[CardKey.Length];
        Derive(master, InputOf(uid, aid, number, stackalloc byte[16]), derived);
        return Taken(version, derived);
    }

    /// <inheritdoc cref="DeriveCardKey(ReadOnlySpan{byte}, byte, Uid, Aid, byte)"/>
    /// <param name="master">The master, wherever it is.</param>
    /// <param name="version"></param>
    /// <param name="uid"></param>
    /// <param name="aid"></param>
    /// <param name="number"></param>
    public static CardKey DeriveCardKey(EncryptBlocks master, byte version, Uid uid, Aid aid, byte number)
    {
        Span<byte> derived = stackalloc byte[CardKey.Length];
        Derive(master, InputOf(uid, aid, number, stackalloc byte[16]), derived);
        return Taken(version, derived);
    }

    private static ReadOnlySpan<byte> InputOf(Uid uid, Aid aid, byte number, Span<byte> to)
    {
        var input = new ByteWriter(to);
        uid.CopyTo(input.Next(Uid.Length));
        aid.WriteTo(ref input);
        input.Byte(number);
        input.Bytes(SystemId);
        return to;
    }

    private static CardKey Taken(byte version, Span<byte> derived)
    {
        var key = new CardKey(version, derived);
        CryptographicOperations.ZeroMemory(derived);
        return key;
    }
}
