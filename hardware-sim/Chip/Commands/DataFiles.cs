using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Sdm;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>ReadData and WriteData of both opcode sets.</summary>
internal static class DataFiles
{
    private const byte ReadInOneFrame = 0xAD;
    private const FileRight Reading = FileRight.Read | FileRight.ReadWrite;
    private const FileRight Writing = FileRight.Write | FileRight.ReadWrite;

    public static IEnumerable<Command> Commands =>
    [
        new(0xBD, Protection.File, Read) { Header = 7, Length = 7, Rights = Reading },
        new(ReadInOneFrame, Protection.File, Read)
        {
            Header = 7,
            Length = 7,
            Rights = Reading,
            OneFrame = true,
        },
        new(0x3D, Protection.File, Write) { Header = 7, AnnouncesLength = true, Rights = Writing },
        new(0x8D, Protection.File, Write)
        {
            Header = 7,
            AnnouncesLength = true,
            Rights = Writing,
            OneFrame = true,
        },
    ];

    /// <summary>Length 0 reads to the end.</summary>
    private static Answer Read(ChipState card, Call call)
    {
        var length = call.File switch
        {
            ByteFile file => file.Content.Length,
            TransactionMacFile => TransactionMac.ContentLength,
            _ => throw new RefusedException(Status.PermissionDenied),
        };

        // Both before the content: a refused read does not count.
        var range = Extent.Read(call.Bytes[1..], length);
        var isTooLong = call.Ins == ReadInOneFrame && range.Length > NativeFraming.SingleAnswerMost;
        RefusedException.When(isTooLong, OpenPoints.AnswerTooLong);
        var content = call.File is ByteFile bytes
            ? SdmTap.Content(card, bytes)
            : TransactionMac.Content(call.FileAs<TransactionMacFile>());
        var data = content[range.Start..range.End];
        if (call.File is not TransactionMacFile)
            TransactionMac.Take(card, call.File!, [call.Ins, call.Bytes[0], .. range.ToBytes()], data);

        return Answer.Of(data);
    }

    private static Answer Write(ChipState card, Call call)
    {
        var file = call.FileAs<ByteFile>();
        var data = call.Bytes[7..];
        RefusedException.When(data.IsEmpty, Status.ParameterError);
        var range = Extent.Read(call.Bytes[1..], file.Content.Length);
        TransactionMac.Take(card, call.File!, [call.Ins, .. call.Bytes[..7]], data);
        var target = file is BackupFile backup ? card.Transaction.Of(backup).Content : file.Content;
        data.CopyTo(target.AsSpan(range.Start));
        return Answer.Empty;
    }
}

/// <summary>Offset and length (or first and count), 3 bytes each, least significant first.</summary>
/// <param name="Start">First one.</param>
/// <param name="Length">Never 0: that is replaced by what is left.</param>
internal readonly record struct Extent(int Start, int Length)
{
    public int End => Start + Length;

    /// <exception cref="RefusedException">It reaches beyond <paramref name="most"/>.</exception>
    public static Extent Read(ReadOnlySpan<byte> bytes, int most)
    {
        var start = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
        var length = bytes[3] | (bytes[4] << 8) | (bytes[5] << 16);
        RefusedException.When(start >= most || length > most - start, Status.BoundaryError);
        return new Extent(start, length == 0 ? most - start : length);
    }

    public byte[] ToBytes() =>
    [
        (byte)(Start & 0xFF), (byte)((Start >> 8) & 0xFF), (byte)(Start >> 16),
        (byte)(Length & 0xFF), (byte)((Length >> 8) & 0xFF), (byte)(Length >> 16),
    ];
}
