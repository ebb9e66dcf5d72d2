namespace SmartCardCrm.CardProtocol;

/// <summary>What the chip says it is; nothing vouches for it.</summary>
/// <remarks>Three answers of 7, 7 and 14 bytes, chained with AF.</remarks>
internal sealed record GetVersion : ICommand<ChipVersion>
{
    private const int Length = 28;

    public byte Ins => 0x60;
    public CommMode Mode => CommMode.Mac;

    public ChipVersion Read(ReadOnlySpan<byte> data)
    {
        Answer.MustHave(data, Length);
        return ChipVersion.Decode(data);
    }
}

/// <summary>The signature that the factory put on the chip's UID: 56 bytes.</summary>
/// <remarks>Chips answer with a status of its own (AN12343, table 44; measured on NTAG 424 by
/// MFRC522_NTAG424DNA), though the data sheet of NTAG 424 prints 00.</remarks>
internal sealed record ReadSignature : ICommand<OriginalitySignature>
{
    public byte Ins => 0x3C;
    public CommMode Mode => CommMode.Full;
    public bool IsDone(byte status) => status is CardStatus.SignatureOk or CardStatus.Ok;
    public void WriteHeader(ref ByteWriter to) => to.Byte(0x00);

    public OriginalitySignature Read(ReadOnlySpan<byte> data)
    {
        Answer.MustHave(data, OriginalitySignature.Length);
        return new OriginalitySignature(data);
    }
}
