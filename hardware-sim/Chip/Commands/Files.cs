using System.Buffers.Binary;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Sdm;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>Listing, deleting and the settings of files. None of it is part of a transaction.</summary>
internal static class Files
{
    /// <summary>FileOption bit 6: at creation SDM may be turned on, in settings it is.</summary>
    public const byte SdmOption = 0x40;

    private const byte ModeBits = 0x03;
    private const int PlainLength = 4;
    private const int SdmMost = 3 + (8 * 3);

    public static IEnumerable<Command> Commands =>
    [
        new(0x6F, Protection.Mac, GetIds),
        new(0x61, Protection.Mac, GetIsoIds),
        new(0xF5, Protection.Mac, GetSettings) { Header = 1, Length = 1 },
        new(0x5F, Protection.FileSettings, ChangeSettings)
        {
            Header = 1,
            LengthLeast = PlainLength,
            LengthMost = PlainLength + SdmMost,
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
        StandardFile { Sdm: { } sdm } signed => [.. UInt24(signed.Content.Length), .. sdm.ToBytes()],
        ByteFile bytes => UInt24(bytes.Content.Length),
        ValueFile value =>
            [.. Int32(value.Lower), .. Int32(value.Upper), .. Int32(value.LimitedCredit), value.Flags],
        RecordFile log =>
            [.. UInt24(log.RecordLength), .. UInt24(log.RecordsMost), .. UInt24(log.Records.Count)],
        TransactionMacFile mac => [TransactionMacFile.AesKeyOption, mac.KeyVersion],
        _ => [],
    };

    /// <summary>File number, option, rights, [SDM block]. Further sets of rights are not offered.</summary>
    private static Answer ChangeSettings(ChipState card, Call call)
    {
        var rights = new AccessRights(call.Bytes[2], call.Bytes[3]);
        var isSound = (call.Bytes[1] & ~(ModeBits | SdmOption)) == 0
            && rights.FitKeys(card.OwnerOf(call.File!).Keys.Count)
            && (call.File is not TransactionMacFile
                || rights.HolderOf(FileRight.Write) == AccessRights.Never);
        RefusedException.When(!isSound, Status.ParameterError);
        var file = call.FileAs<CardFile>();
        ChangeSdm(card, file, call);
        file.Option = call.Bytes[1];
        file.Rights = rights;
        return Answer.Empty;
    }

    private static void ChangeSdm(ChipState card, CardFile file, Call call)
    {
        var isOn = (call.Bytes[1] & SdmOption) != 0;
        RefusedException.When(!isOn && call.Bytes.Length != PlainLength, Status.LengthError);
        if (!isOn && file is StandardFile before)
            before.Sdm = null;

        if (!isOn)
            return;

        if (file is not StandardFile { AllowsSdm: true } standard || !card.OwnerOf(file).HasAesKeys)
            throw new RefusedException(Status.ParameterError);

        var counter = OpenPoints.CounterAfterChange(standard);
        var sdm = SdmSettings.Read(call.Bytes[PlainLength..]);
        var isSound = SdmRules.AreSound(
            sdm, standard.Content.Length, card.OwnerOf(file).Keys.Count, counter);
        RefusedException.When(!isSound, Status.ParameterError);
        (standard.Sdm, standard.ReadCounter) = (sdm, counter);
    }

    private static Answer Delete(ChipState card, Call call)
    {
        var files = card.Application.Files;
        if (!files.TryGetValue(call.Bytes[0], out var file))
            throw new RefusedException(Status.FileNotFound);

        Access.RequireCreation(card);
        files.Remove(file.Number);
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
