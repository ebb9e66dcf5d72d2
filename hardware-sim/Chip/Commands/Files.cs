using System.Buffers.Binary;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Sdm;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>Listing, deleting and the settings of files. None of it is part of a transaction.</summary>
internal static class Files
{
    /// <summary>FileOption bit 6: at creation SDM may be turned on, in settings it is.</summary>
    public const byte SdmOption = 0x40;

    /// <summary>FileOption bit 7: at creation the file may get further sets of rights, in settings they
    /// follow.</summary>
    public const byte FurtherRightsOption = 0x80;

    private const byte ModeBits = 0x03;
    private const int PlainLength = 4;
    private const int SdmMost = 3 + (8 * 3);
    private const int FurtherMost = 1 + (2 * AccessRights.FurtherMost);

    public static IEnumerable<Command> Commands =>
    [
        new(0x6F, Protection.Mac, GetIds),
        new(0x61, Protection.Mac, GetIsoIds),
        new(0xF5, Protection.Mac, GetSettings) { Header = 1, Length = 1 },
        new(0x5F, Protection.FileSettings, ChangeSettings)
        {
            Header = 1,
            LengthLeast = PlainLength,
            LengthMost = PlainLength + SdmMost + FurtherMost,
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
        Access.RequireListing(card, call.Bytes[0] & ChipState.OfSecond);
        var file = card.File(call.Bytes[0]);
        byte[] common = [file.Type, file.Option, file.Rights.First, file.Rights.Second];
        return Answer.Of([.. common, .. Particular(file), .. Further(file)]);
    }

    // Where they stand in the answer is published nowhere; here they stand as in ChangeFileSettings.
    private static byte[] Further(CardFile file) => file.FurtherRights.Count == 0
        ? []
        : [(byte)file.FurtherRights.Count, .. file.FurtherRights.SelectMany(
            rights => (byte[])[rights.First, rights.Second])];

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

    /// <summary>File number, option, rights, [SDM block], [number of further rights, each 2 bytes].</summary>
    private static Answer ChangeSettings(ChipState card, Call call)
    {
        var (file, option) = (call.FileAs<CardFile>(), call.Bytes[1]);
        var rights = new AccessRights(call.Bytes[2], call.Bytes[3]);
        var keys = card.OwnerOf(file).Keys.Count;
        var known = ModeBits | SdmOption | (card.Memory.Product.HasEv2Extras ? FurtherRightsOption : 0);
        RefusedException.When((option & ~known) != 0, Status.ParameterError);
        RequireSound(file, rights, keys);
        var rest = call.Bytes[PlainLength..];
        var sdm = (option & SdmOption) == 0 ? null : TakeSdm(card, file, ref rest);
        var further = (option & FurtherRightsOption) == 0 ? [] : TakeFurtherRights(ref rest);
        RefusedException.When(!rest.IsEmpty, Status.LengthError);
        further.ForEach(more => RequireSound(file, more, keys));
        if (file is StandardFile standard)
            (standard.ReadCounter, standard.Sdm) = (OpenPoints.CounterAfterChange(standard, sdm), sdm);
        (file.Option, file.Rights, file.FurtherRights) = (option, rights, further);
        return Answer.Empty;
    }

    private static void RequireSound(CardFile file, AccessRights rights, int keys)
    {
        var isSound = rights.FitKeys(keys)
            && (file is not TransactionMacFile || rights.HolderOf(FileRight.Write) == AccessRights.Never);
        RefusedException.When(!isSound, Status.ParameterError);
    }

    private static SdmSettings TakeSdm(ChipState card, CardFile file, ref ReadOnlySpan<byte> rest)
    {
        var owner = card.OwnerOf(file);
        if (file is not StandardFile { AllowsSdm: true } standard || !owner.HasAesKeys)
        {
            throw new RefusedException(
                card.Memory.Product.IsFixed ? Status.PermissionDenied : Status.ParameterError);
        }

        var sdm = SdmSettings.Take(ref rest);
        var isSound = SdmRules.AreSound(
            sdm, standard.Content.Length, owner.Keys.Count, OpenPoints.CounterAfterChange(standard, sdm));
        RefusedException.When(!isSound, Status.ParameterError);
        return sdm;
    }

    private static List<AccessRights> TakeFurtherRights(ref ReadOnlySpan<byte> rest)
    {
        RefusedException.When(rest.IsEmpty, Status.LengthError);
        var count = rest[0];
        RefusedException.When(count is 0 or > AccessRights.FurtherMost, Status.ParameterError);
        RefusedException.When(rest.Length < 1 + (2 * count), Status.LengthError);
        var pairs = rest[1..(1 + (2 * count))];
        rest = rest[(1 + (2 * count))..];
        var further = new List<AccessRights>();
        for (; !pairs.IsEmpty; pairs = pairs[2..])
            further.Add(new AccessRights(pairs[0], pairs[1]));
        return further;
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
