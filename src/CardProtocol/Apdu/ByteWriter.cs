using System.Buffers.Binary;

namespace SmartCardCrm.CardProtocol;

/// <summary>Writes into a caller's buffer, integers least significant byte first as DESFire has
/// them.</summary>
internal ref struct ByteWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>How many bytes have been written.</summary>
    public int Length { get; private set; }

    public readonly Span<byte> Written => _buffer[..Length];

    public void Byte(byte value) => Next(1)[0] = value;

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Next(2), value);

    /// <summary>Three bytes: offsets, lengths and record numbers. 0 to 0xFFFFFF.</summary>
    public void UInt24(int value)
    {
        Byte((byte)(value & 0xFF));
        UInt16((ushort)(value >> 8));
    }

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Next(4), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Next(4), value);

    /// <summary>Six bytes: card numbers. 0 to 2⁴⁸ − 1.</summary>
    public void UInt48(ulong value)
    {
        UInt32((uint)(value & 0xFFFF_FFFF));
        UInt16((ushort)(value >> 32));
    }

    public void Bytes(scoped ReadOnlySpan<byte> bytes) => bytes.CopyTo(Next(bytes.Length));

    /// <summary>The next <paramref name="count"/> bytes, for the caller to fill.</summary>
    public Span<byte> Next(int count)
    {
        var next = _buffer.Slice(Length, count);
        Length += count;
        return next;
    }
}
