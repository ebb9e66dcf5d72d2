using System.Numerics;

namespace SmartCardCrm.Simulator.Chip.Memory;

/// <summary>
/// ATS: <c>TL T0 [TA] [TB] [TC] historical bytes</c>. Source: ISO 14443-4, chapter 5.2; PC/SC part 3 for what
/// a reader makes of it.
/// </summary>
internal static class AnswerToSelect
{
    private const byte InterfaceBits = 0x70;
    private const byte FrameBits = 0x0F;
    private const int LengthLeast = 2;
    private const int HistoryMost = 15;
    private const int FrameLeast = 5;
    private const int FrameMost = 8;

    /// <summary>Whether it is as long as it says and promises frames of 64 to 256 bytes.</summary>
    public static bool IsSound(ReadOnlySpan<byte> ats) =>
        ats.Length >= LengthLeast
        && ats[0] == ats.Length
        && (ats[1] & ~(InterfaceBits | FrameBits)) == 0
        && (ats[1] & FrameBits) is >= FrameLeast and <= FrameMost
        && ats.Length - HistoryAt(ats) is >= 0 and <= HistoryMost;

    /// <summary>The ATR that a contactless PC/SC reader gives for a card with this ATS.</summary>
    public static byte[] ToAtr(ReadOnlySpan<byte> ats)
    {
        var history = ats[HistoryAt(ats)..];
        byte[] checkedPart = [(byte)(0x80 + history.Length), 0x80, 0x01, .. history];
        var check = checkedPart.Aggregate((sum, next) => (byte)(sum ^ next));
        return [0x3B, .. checkedPart, check];
    }

    private static int HistoryAt(ReadOnlySpan<byte> ats) =>
        LengthLeast + BitOperations.PopCount((uint)(ats[1] & InterfaceBits));
}
