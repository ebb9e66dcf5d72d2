using System.Buffers.Binary;

namespace SmartCardCrm.CardProtocol;

/// <summary>Creates a value file that starts at zero, without LimitedCredit and without free
/// GetValue.</summary>
/// <param name="File">Number and mode.</param>
/// <param name="Rights">Who may do what.</param>
/// <param name="Most">Upper limit; the lower one is zero.</param>
internal sealed record CreateValueFile(FileRef File, AccessRights Rights, int Most) : ICommand<Nothing>
{
    public byte Ins => 0xCC;
    public CommMode Mode => CommMode.Mac;

    public void WriteHeader(ref ByteWriter to)
    {
        to.Bytes([File.Number, (byte)File.Mode]);
        Rights.WriteTo(ref to);
        to.Int32(0);
        to.Int32(Most);
        to.Int32(0);
        to.Byte(0x00);
    }

    public Nothing Read(ReadOnlySpan<byte> data) => Nothing.Read(data);
}

/// <summary>The value as last committed; what this transaction has added or taken does not show.</summary>
internal sealed record GetValue(FileRef File) : ICommand<int>
{
    public byte Ins => 0x6C;
    public CommMode Mode => File.Mode;
    public void WriteHeader(ref ByteWriter to) => to.Byte(File.Number);

    public int Read(ReadOnlySpan<byte> data)
    {
        Answer.MustHave(data, sizeof(int));
        return BinaryPrimitives.ReadInt32LittleEndian(data);
    }
}

/// <summary>Adds to a value file; nothing is final until <see cref="CommitTransaction"/>.</summary>
internal sealed record Credit(FileRef File, int Amount) : ICommand<Nothing>
{
    public byte Ins => 0x0C;
    public CommMode Mode => File.Mode;
    public void WriteHeader(ref ByteWriter to) => to.Byte(File.Number);
    public void WriteData(ref ByteWriter to) => to.Int32(Amount);
    public Nothing Read(ReadOnlySpan<byte> data) => Nothing.Read(data);
}

/// <summary>Takes off a value file; nothing is final until <see cref="CommitTransaction"/>.</summary>
internal sealed record Debit(FileRef File, int Amount) : ICommand<Nothing>
{
    public byte Ins => 0xDC;
    public CommMode Mode => File.Mode;
    public void WriteHeader(ref ByteWriter to) => to.Byte(File.Number);
    public void WriteData(ref ByteWriter to) => to.Int32(Amount);
    public Nothing Read(ReadOnlySpan<byte> data) => Nothing.Read(data);
}
