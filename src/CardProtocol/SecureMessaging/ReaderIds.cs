using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SmartCardCrm.CardProtocol;

/// <summary>Who committed a transaction, as the card keeps it: 16 bytes, DESFire's TMRI.</summary>
/// <param name="Terminal">The terminal's number.</param>
/// <param name="Sequence">The entry of its journal that holds the intent.</param>
/// <param name="Mac">The terminal's own MAC, its 8 bytes read most significant first.</param>
/// <remarks><c>terminal u32 ‖ sequence u32 ‖ MAC(8)</c>. The default value is zero: nobody has committed
/// yet.</remarks>
public readonly record struct ReaderId(uint Terminal, uint Sequence, ulong Mac)
{
    public const int Length = 16;

    /// <param name="bytes">16 bytes.</param>
    public static ReaderId FromBytes(ReadOnlySpan<byte> bytes)
    {
        var from = new ByteReader(bytes);
        return new ReaderId(
            from.UInt32(), from.UInt32(), BinaryPrimitives.ReadUInt64BigEndian(from.Bytes(8)));
    }

    /// <summary>Writes 16 bytes.</summary>
    public void CopyTo(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to, Terminal);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], Sequence);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], Mac);
    }
}

/// <summary>The reader id of the commit before, encrypted by the card for the holder of its transaction MAC
/// key.</summary>
/// <remarks>16 bytes, held as two halves, most significant byte first.</remarks>
public readonly record struct EncryptedReaderId(ulong First, ulong Second)
{
    public const int Length = 16;

    /// <param name="bytes">16 bytes.</param>
    public static EncryptedReaderId FromBytes(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>Writes 16 bytes.</summary>
    public void CopyTo(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt64BigEndian(to, First);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], Second);
    }
}

/// <summary>A terminal's own key, so that holding the sale key is not enough to commit in another's
/// name.</summary>
public sealed class ReaderIdKey : IDisposable
{
    public const int Length = CardKey.Length;

    private readonly byte[] _key;
    private readonly AesCmac _cmac;

    /// <param name="key">16 bytes. Copied; the copy is zeroed when disposed of.</param>
    public ReaderIdKey(ReadOnlySpan<byte> key)
    {
        _key = CardKey.Copy(key);
        _cmac = new AesCmac(_key);
    }

    /// <summary>The key of one terminal.</summary>
    /// <param name="master">The chain's reader-id master, AES-128, 16 bytes. Read, not kept.</param>
    /// <param name="terminal">The terminal's number.</param>
    /// <remarks>AN10922 over <c>"READER" ‖ terminal u32 ‖ "SCCRM"</c>, 15 bytes.</remarks>
    public static ReaderIdKey Derive(ReadOnlySpan<byte> master, uint terminal)
    {
        Span<byte> derived = stackalloc byte[Length];
        KeyDiversification.Derive(master, InputOf(terminal, stackalloc byte[15]), derived);
        return Taken(derived);
    }

    /// <inheritdoc cref="Derive(ReadOnlySpan{byte}, uint)"/>
    /// <param name="master">The master, wherever it is.</param>
    /// <param name="terminal"></param>
    public static ReaderIdKey Derive(EncryptBlocks master, uint terminal)
    {
        Span<byte> derived = stackalloc byte[Length];
        KeyDiversification.Derive(master, InputOf(terminal, stackalloc byte[15]), derived);
        return Taken(derived);
    }

    private static ReadOnlySpan<byte> InputOf(uint terminal, Span<byte> to)
    {
        var input = new ByteWriter(to);
        input.Bytes("READER"u8);
        input.UInt32(terminal);
        input.Bytes(KeyDiversification.SystemId);
        return to;
    }

    private static ReaderIdKey Taken(Span<byte> derived)
    {
        var key = new ReaderIdKey(derived);
        CryptographicOperations.ZeroMemory(derived);
        return key;
    }

    /// <summary>Copies out the 16 bytes, for delivery to the terminal. The caller zeroes them.</summary>
    public void CopyTo(Span<byte> to) => _key.CopyTo(to);

    /// <param name="uid">The card.</param>
    /// <param name="terminal">The terminal's number.</param>
    /// <param name="sequence">The entry of its journal that holds the intent.</param>
    /// <param name="n">The counter that this commit will produce.</param>
    public ReaderId Sign(Uid uid, uint terminal, uint sequence, uint n)
    {
        var signed = new ByteWriter(stackalloc byte[Uid.Length + 12]);
        uid.CopyTo(signed.Next(Uid.Length));
        signed.UInt32(terminal);
        signed.UInt32(sequence);
        signed.UInt32(n);

        Span<byte> mac = stackalloc byte[AesCmac.ShortLength];
        _cmac.ComputeShort(signed.Written, mac);
        return new ReaderId(terminal, sequence, BinaryPrimitives.ReadUInt64BigEndian(mac));
    }

    /// <summary>Whether this terminal made the id for this card and this counter. Takes the same time either
    /// way.</summary>
    public bool Verify(ReaderId id, Uid uid, uint n)
    {
        Span<byte> expected = stackalloc byte[ReaderId.Length];
        Span<byte> given = stackalloc byte[ReaderId.Length];
        Sign(uid, id.Terminal, id.Sequence, n).CopyTo(expected);
        id.CopyTo(given);
        return CryptographicOperations.FixedTimeEquals(expected, given);
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_key);
        _cmac.Dispose();
    }
}
