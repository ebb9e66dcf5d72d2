using System.Buffers.Binary;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Reader;

namespace SmartCardCrm.Simulator.Faults;

/// <summary>
/// A card that does no work, to measure what the way to it costs: it answers P1‖P2 (most significant byte
/// first) zero bytes and 9000.
/// </summary>
public sealed class EchoCard : ICardInSlot
{
    private const int AnswerMost = 256;

    public ReadOnlySpan<byte> Atr => CardProfile.Atr;

    public void Insert()
    {
    }

    public void Remove()
    {
    }

    public void Reset()
    {
    }

    public byte[]? Transmit(ReadOnlySpan<byte> apdu)
    {
        if (apdu.Length < 4)
            return [0x67, 0x00];

        var length = BinaryPrimitives.ReadUInt16BigEndian(apdu[2..]);
        return length > AnswerMost ? [0x67, 0x00] : [.. new byte[length], 0x90, 0x00];
    }
}
