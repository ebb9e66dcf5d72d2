using System.Buffers.Binary;
using System.Globalization;

namespace SmartCardCrm.World;

/// <summary>One number over everything that was sent, so that two runs can be compared. Not for
/// secrets.</summary>
internal sealed class RunDigest
{
    private ulong _state = 0xCBF29CE484222325UL;

    public void Mix(ReadOnlySpan<byte> bytes)
    {
        Mix((ulong)bytes.Length);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            Mix(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var one in bytes)
            Mix(one);
    }

    public void Mix(ulong word)
    {
        unchecked
        {
            _state = (_state ^ word) * 0x9E3779B97F4A7C15UL;
            _state ^= _state >> 29;
        }
    }

    public override string ToString() => _state.ToString("x16", CultureInfo.InvariantCulture);
}
