namespace SmartCardCrm.Simulator.Chip;

/// <summary>
/// Pseudo-APDUs that a contactless reader answers for the card (PC/SC part 3). A virtual reader passes them
/// through, so the card program answers; they cost no air time and are counted apart.
/// </summary>
internal static class PseudoApdu
{
    public const byte Class = 0xFF;
    private const byte Unknown = 0x81;

    public static bool Is(ReadOnlySpan<byte> apdu) => apdu.Length > 0 && apdu[0] == Class;

    public static byte[] Answer(ChipState card, ReadOnlySpan<byte> apdu) =>
        (apdu[1], apdu[2], apdu[3]) switch
        {
            (0xCA, 0, 0) => [.. card.ShownUid, 0x90, 0x00],
            (0xCA, 1, 0) => [.. card.Memory.Ats.Span, 0x90, 0x00],
            _ => [0x6A, Unknown],
        };
}
