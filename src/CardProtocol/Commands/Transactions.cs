namespace SmartCardCrm.CardProtocol;

/// <summary>Names who commits; once per transaction, and needed before its commit.</summary>
internal sealed record CommitReaderID(ReaderId Id) : ICommand<EncryptedReaderId>
{
    public byte Ins => 0xC8;
    public CommMode Mode => CommMode.Mac;
    public void WriteData(ref ByteWriter to) => Id.CopyTo(to.Next(ReaderId.Length));

    public EncryptedReaderId Read(ReadOnlySpan<byte> data)
    {
        Answer.MustHave(data, EncryptedReaderId.Length);
        return EncryptedReaderId.FromBytes(data);
    }
}

/// <summary>Makes the transaction final, all or nothing, and answers with the card's proof of it.</summary>
internal sealed record CommitTransaction : ICommand<CommitProof>
{
    private const byte ReturnProof = 0x01;

    public byte Ins => 0xC7;
    public CommMode Mode => CommMode.Mac;
    public void WriteHeader(ref ByteWriter to) => to.Byte(ReturnProof);
    public CommitProof Read(ReadOnlySpan<byte> data) => CommitProof.Read(data);
}
