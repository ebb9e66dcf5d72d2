using System.Security.Cryptography;

namespace SmartCardCrm.CardProtocol;

/// <summary>Derives keys from a master key, so that a broken card or terminal gives away only
/// itself.</summary>
internal static class KeyDiversification
{
    /// <summary>Ends every diversification input of ours.</summary>
    public static ReadOnlySpan<byte> SystemId => "SCCRM"u8;

    private const int InputMost = 31;

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
        if (input.Length is < 1 or > InputMost)
            throw new ArgumentException($"An input has 1 to {InputMost} bytes.", nameof(input));

        Span<byte> blocks = stackalloc byte[2 * AesBlocks.BlockLength];
        blocks.Clear();
        blocks[0] = 0x01;
        input.CopyTo(blocks[1..]);
        if (input.Length < InputMost)
            blocks[input.Length + 1] = 0x80;

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
        var input = new ByteWriter(stackalloc byte[16]);
        uid.CopyTo(input.Next(Uid.Length));
        aid.WriteTo(ref input);
        input.Byte(number);
        input.Bytes(SystemId);

        Span<byte> derived = stackalloc byte[CardKey.Length];
        Derive(master, input.Written, derived);
        var key = new CardKey(version, derived);
        CryptographicOperations.ZeroMemory(derived);
        return key;
    }
}
