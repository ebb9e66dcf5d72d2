namespace SmartCardCrm.CardProtocol;

/// <summary>Creates a ring of records; one of them is used for the pending write, so one fewer can be
/// read.</summary>
internal sealed record CreateCyclicRecordFile(
    FileRef File, AccessRights Rights, int RecordSize, int RecordsMost) : ICommand<Nothing>
{
    public byte Ins => 0xC0;
    public CommMode Mode => CommMode.Mac;

    public void WriteHeader(ref ByteWriter to)
    {
        to.Bytes([File.Number, (byte)File.Mode]);
        Rights.WriteTo(ref to);
        to.UInt24(RecordSize);
        to.UInt24(RecordsMost);
    }

    public Nothing Read(ReadOnlySpan<byte> data) => Nothing.Read(data);
}

/// <summary>Reads whole records, oldest first, in one answer of at most 239 bytes.</summary>
/// <param name="File">Number and mode.</param>
/// <param name="Newest">The newest record of the span; 0 is the newest of the file.</param>
/// <param name="Count">How many; 1 or more, and no more than exist.</param>
/// <param name="RecordSize">Bytes in one record.</param>
internal sealed record ReadRecords(FileRef File, int Newest, int Count, int RecordSize)
    : ICommand<ReadOnlyMemory<byte>>
{
    public byte Ins => 0xAB;
    public CommMode Mode => File.Mode;

    public void WriteHeader(ref ByteWriter to)
    {
        to.Byte(File.Number);
        to.UInt24(Newest);
        to.UInt24(Count);
    }

    public ReadOnlyMemory<byte> Read(ReadOnlySpan<byte> data)
    {
        Answer.MustHave(data, Count * RecordSize);
        return data.ToArray();
    }
}

/// <summary>Writes the pending record, from its first byte; the ring turns at
/// <see cref="CommitTransaction"/>.</summary>
internal sealed record WriteRecord(FileRef File, ReadOnlyMemory<byte> Content) : ICommand<Nothing>
{
    public byte Ins => 0x8B;
    public CommMode Mode => File.Mode;

    public void WriteHeader(ref ByteWriter to)
    {
        to.Byte(File.Number);
        to.UInt24(0);
        to.UInt24(Content.Length);
    }

    public void WriteData(ref ByteWriter to) => to.Bytes(Content.Span);
    public Nothing Read(ReadOnlySpan<byte> data) => Nothing.Read(data);
}
