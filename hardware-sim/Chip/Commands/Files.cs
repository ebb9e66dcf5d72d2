using System.Buffers.Binary;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>Listing, deleting and the settings of files. None of it is part of a transaction.</summary>
internal static class Files
{
    private const byte OptionBits = 0x03;

    public static IEnumerable<Command> Commands =>
    [
        new(0x6F, Protection.Mac, GetIds),
        new(0x61, Protection.Mac, GetIsoIds),
        new(0xF5, Protection.Mac, GetSettings) { Header = 1, Length = 1 },
        new(0x5F, Protection.FileSettings, ChangeSettings)
        {
            Header = 1,
            Length = 4,
            Rights = FileRight.Change,
        },
        new(0xDF, Protection.Mac, Delete) { Length = 1 },
    ];

    private static Answer GetIds(ChipState card, Call call)
    {
        Access.RequireListing(card);
        return Answer.Of([.. card.Application.Files.Keys]);
    }

    private static Answer GetIsoIds(ChipState card, Call call)
    {
        Access.RequireListing(card);
        var ids = new List<byte>();
        foreach (var file in card.Application.Files.Values)
        {
            if (file.IsoId is { } id)
                ids.AddRange([(byte)(id & 0xFF), (byte)(id >> 8)]);
        }

        return Answer.Of([.. ids]);
    }

    private static Answer GetSettings(ChipState card, Call call)
    {
        Access.RequireListing(card);
        var file = card.File(call.Bytes[0]);
        byte[] common = [file.Type, file.Option, file.Rights.First, file.Rights.Second];
        return Answer.Of([.. common, .. Particular(file)]);
    }

    private static byte[] Particular(CardFile file) => file switch
    {
        ByteFile bytes => UInt24(bytes.Content.Length),
        ValueFile value =>
            [.. Int32(value.Lower), .. Int32(value.Upper), .. Int32(value.LimitedCredit), value.Flags],
        RecordFile log =>
            [.. UInt24(log.RecordLength), .. UInt24(log.RecordsMost), .. UInt24(log.Records.Count)],
        TransactionMacFile mac => [TransactionMacFile.AesKeyOption, mac.KeyVersion],
        _ => [],
    };

    /// <summary>File number, option, rights. Neither SDM nor further sets of rights are offered.</summary>
    private static Answer ChangeSettings(ChipState card, Call call)
    {
        var rights = new AccessRights(call.Bytes[2], call.Bytes[3]);
        var isSound = (call.Bytes[1] & ~OptionBits) == 0
            && rights.FitKeys(card.Application.Keys.Count)
            && (call.File is not TransactionMacFile
                || rights.HolderOf(FileRight.Write) == AccessRights.Never);
        RefusedException.When(!isSound, Status.ParameterError);
        var file = call.FileAs<CardFile>();
        file.Option = call.Bytes[1];
        file.Rights = rights;
        return Answer.Empty;
    }

    private static Answer Delete(ChipState card, Call call)
    {
        var file = card.File(call.Bytes[0]);
        Access.RequireCreation(card);
        card.Application.Files.Remove(file.Number);
        card.SelectedFile = card.SelectedFile == file ? null : card.SelectedFile;
        card.Transaction.Forget(file);
        return Answer.Empty;
    }

    private static byte[] Int32(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] UInt24(int value) => Int32(value)[..3];
}
