namespace SmartCardCrm.CardProtocol;

/// <summary>Who may do what with a file: a key number each, or E for everybody, F for nobody.</summary>
internal readonly record struct AccessRights(byte Read, byte Write, byte ReadWrite, byte Change)
{
    public const byte Everybody = 0xE;
    public const byte Nobody = 0xF;

    public void WriteTo(ref ByteWriter to) =>
        to.Bytes([(byte)((ReadWrite << 4) | Change), (byte)((Read << 4) | Write)]);

    public static AccessRights ReadFrom(ref ByteReader from)
    {
        var (first, second) = (from.Byte(), from.Byte());
        return new AccessRights(
            (byte)(second >> 4), (byte)(second & 0xF), (byte)(first >> 4), (byte)(first & 0xF));
    }
}

/// <summary>The numbers of the application's files, in no particular order.</summary>
internal sealed record GetFileIDs : ICommand<IReadOnlyList<byte>>
{
    public byte Ins => 0x6F;
    public CommMode Mode => CommMode.Mac;
    public IReadOnlyList<byte> Read(ReadOnlySpan<byte> data) => data.ToArray();
}

/// <summary>Creates a file whose writes take effect at once.</summary>
internal sealed record CreateStdDataFile(FileRef File, AccessRights Rights, int Size) : ICommand<Nothing>
{
    /// <summary>The two-byte ISO id; needed in an application that has an ISO name, and only there.</summary>
    public ushort? IsoFileId { get; init; }

    /// <summary>Whether <see cref="SdmSettings"/> may be given to the file later.</summary>
    public bool AllowsSdm { get; init; }

    public byte Ins => 0xCD;
    public CommMode Mode => CommMode.Mac;

    public void WriteHeader(ref ByteWriter to)
    {
        to.Byte(File.Number);
        if (IsoFileId is { } id)
            to.UInt16(id);
        to.Byte((byte)((byte)File.Mode | (AllowsSdm ? FileSettings.SdmBit : 0)));
        Rights.WriteTo(ref to);
        to.UInt24(Size);
    }

    public Nothing Read(ReadOnlySpan<byte> data) => Nothing.Read(data);
}

/// <summary>Creates a file whose writes take effect at <see cref="CommitTransaction"/>.</summary>
internal sealed record CreateBackupDataFile(FileRef File, AccessRights Rights, int Size) : ICommand<Nothing>
{
    public byte Ins => 0xCB;
    public CommMode Mode => CommMode.Mac;

    public void WriteHeader(ref ByteWriter to)
    {
        to.Bytes([File.Number, (byte)File.Mode]);
        Rights.WriteTo(ref to);
        to.UInt24(Size);
    }

    public Nothing Read(ReadOnlySpan<byte> data) => Nothing.Read(data);
}

/// <summary>Creates the file in which the card counts its commits and keeps the last transaction
/// MAC.</summary>
internal sealed record CreateTransactionMACFile(FileRef File, AccessRights Rights, CardKey Key)
    : ICommand<Nothing>
{
    private const byte Aes = 0x02;

    public byte Ins => 0xCE;
    public CommMode Mode => CommMode.Full;

    public void WriteHeader(ref ByteWriter to)
    {
        to.Bytes([File.Number, (byte)File.Mode]);
        Rights.WriteTo(ref to);
        to.Byte(Aes);
    }

    public void WriteData(ref ByteWriter to)
    {
        to.Bytes(Key.Bytes);
        to.Byte(Key.Version);
    }

    public Nothing Read(ReadOnlySpan<byte> data) => Nothing.Read(data);
}

/// <summary>Reads part of a data file, or the transaction MAC file, in one answer of at most 239
/// bytes.</summary>
internal sealed record ReadData(FileRef File, int Offset, int Length) : ICommand<ReadOnlyMemory<byte>>
{
    public byte Ins => 0xAD;
    public CommMode Mode => File.Mode;

    public void WriteHeader(ref ByteWriter to)
    {
        to.Byte(File.Number);
        to.UInt24(Offset);
        to.UInt24(Length);
    }

    public ReadOnlyMemory<byte> Read(ReadOnlySpan<byte> data)
    {
        Answer.MustHave(data, Length);
        return data.ToArray();
    }
}

/// <summary>Writes part of a data file.</summary>
internal sealed record WriteData(FileRef File, int Offset, ReadOnlyMemory<byte> Content) : ICommand<Nothing>
{
    public byte Ins => 0x8D;
    public CommMode Mode => File.Mode;

    public void WriteHeader(ref ByteWriter to)
    {
        to.Byte(File.Number);
        to.UInt24(Offset);
        to.UInt24(Content.Length);
    }

    void ICommand.WriteData(ref ByteWriter to) => to.Bytes(Content.Span);
    public Nothing Read(ReadOnlySpan<byte> data) => Nothing.Read(data);
}
