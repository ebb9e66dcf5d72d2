using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>Records of linear and cyclic files, both opcode sets. Record 0 is the newest.</summary>
internal static class Records
{
    private const FileRight Reading = FileRight.Read | FileRight.ReadWrite;
    private const FileRight Writing = FileRight.Write | FileRight.ReadWrite;

    public static IEnumerable<Command> Commands =>
    [
        new(0xBB, Protection.File, Read) { Header = 7, Length = 7, Rights = Reading },
        new(0xAB, Protection.File, Read) { Header = 7, Length = 7, Rights = Reading, OneFrame = true },
        new(0x3B, Protection.File, Write) { Header = 7, AnnouncesLength = true, Rights = Writing },
        new(0x8B, Protection.File, Write)
        {
            Header = 7,
            AnnouncesLength = true,
            Rights = Writing,
            OneFrame = true,
        },
        new(0xDB, Protection.File, Update)
        {
            Header = 10,
            AnnouncesLength = true,
            Rights = FileRight.ReadWrite,
        },
        new(0xBA, Protection.File, Update)
        {
            Header = 10,
            AnnouncesLength = true,
            Rights = FileRight.ReadWrite,
            OneFrame = true,
        },
        new(0xEB, Protection.Mac, Clear) { Header = 1, Length = 1, Rights = OpenPoints.MayClearRecords },
    ];

    /// <summary>Committed records, oldest of the span first; count 0 reads back to the oldest.</summary>
    private static Answer Read(ChipState card, Call call)
    {
        var records = call.FileAs<RecordFile>().Records;
        RefusedException.When(records.Count == 0, OpenPoints.NoSuchRecord);
        var span = Extent.Read(call.Bytes[1..], records.Count);
        var oldest = records.Count - span.End;
        byte[] data = [.. records.GetRange(oldest, span.Length).SelectMany(record => record)];
        TransactionMac.Take(card, call.File!, [call.Ins, call.Bytes[0], .. span.ToBytes()], data);
        return Answer.Of(data);
    }

    private static Answer Write(ChipState card, Call call)
    {
        var file = call.FileAs<RecordFile>();
        var data = call.Bytes[7..];
        var place = WithinRecord(file, call.Bytes[1..], data);
        var pending = Open(card, file);
        TransactionMac.Take(card, call.File!, [call.Ins, .. call.Bytes[..7]], data);
        data.CopyTo(pending.Add().AsSpan(place.Start));
        return Answer.Empty;
    }

    private static Answer Update(ChipState card, Call call)
    {
        var file = call.FileAs<RecordFile>();
        var data = call.Bytes[10..];
        var place = WithinRecord(file, call.Bytes[4..], data);
        var records = Open(card, file).Records;
        var number = call.Bytes[1] | (call.Bytes[2] << 8) | (call.Bytes[3] << 16);
        RefusedException.When(number >= records.Count, OpenPoints.NoSuchRecord);
        TransactionMac.Take(card, call.File!, [call.Ins, .. call.Bytes[..10]], data);
        data.CopyTo(records[records.Count - 1 - number].AsSpan(place.Start));
        return Answer.Empty;
    }

    private static Answer Clear(ChipState card, Call call)
    {
        var file = call.FileAs<RecordFile>();
        TransactionMac.Take(card, call.File!, [call.Ins, call.Bytes[0]], []);
        card.Transaction.Of(file).Clear();
        return Answer.Empty;
    }

    private static Extent WithinRecord(RecordFile file, ReadOnlySpan<byte> place, ReadOnlySpan<byte> data)
    {
        RefusedException.When(data.IsEmpty, Status.ParameterError);
        return Extent.Read(place, file.RecordLength);
    }

    /// <summary>A file cleared in this transaction takes no record before the commit.</summary>
    private static PendingRecords Open(ChipState card, RecordFile file)
    {
        var pending = card.Transaction.Of(file);
        RefusedException.When(pending.IsCleared, Status.PermissionDenied);
        return pending;
    }
}
