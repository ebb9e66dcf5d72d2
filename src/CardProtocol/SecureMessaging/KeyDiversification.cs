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

        using var cmac = new AesCmac(master);
        using var aes = new AesBlocks(master);
        var last = blocks[AesBlocks.BlockLength..];
        AesBlocks.Xor(last, input.Length < InputMost ? cmac.PaddedBlockSubkey : cmac.WholeBlockSubkey);
        aes.EncryptCbc(stackalloc byte[AesBlocks.BlockLength], blocks);
        last.CopyTo(derived);
        blocks.Clear();
    }
}
