using System.Buffers.Binary;

namespace SmartCardCrm.CardProtocol;

/// <summary>Reads what <see cref="ByteWriter"/> writes.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public byte Byte() => Bytes(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    /// <summary>Three bytes.</summary>
    public int UInt24() => UInt16() | (Byte() << 16);

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public ulong UInt48() => UInt32() | ((ulong)UInt16() << 32);

    public readonly int Left => _rest.Length;

    public ReadOnlySpan<byte> Bytes(int count)
    {
        var next = _rest[..count];
        _rest = _rest[count..];
        return next;
    }
}
