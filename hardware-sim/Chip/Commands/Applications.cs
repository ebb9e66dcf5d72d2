using System.Buffers.Binary;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>
/// Making, listing, choosing and deleting applications. Sources: NXP AN12752; hardware notes of libnxpsc.
/// </summary>
internal static class Applications
{
    private const int AidLength = 3;
    private const int KeysMost = 14;
    private const int DfNameMost = 16;
    private const byte HasKeySettings3 = 0x10;
    private const byte UsesIsoIds = 0x20;
    private const byte HasKeySets = 0x01;
    private const byte KeySettings3Bits = 0x17;
    private const ushort MasterFile = 0x3F00;
    private const byte MayDeleteItself = 0x10;

    public static IEnumerable<Command> Commands =>
    [
        new(0x5A, Protection.None, Select) { LengthLeast = AidLength, LengthMost = 2 * AidLength },
        new(0xCA, Protection.Mac, Create) { LengthLeast = 5, LengthMost = 28 },
        new(0xDA, Protection.Mac, Delete) { Length = AidLength },
        new(0x6A, Protection.Mac, GetIds),
        new(0x6D, Protection.Mac, GetDfNames),
    ];

    /// <summary>An unknown id ends the session but keeps the selection.</summary>
    private static Answer Select(ChipState card, Call call)
    {
        if (call.Bytes.Length == AidLength)
            card.Select(IsPicc(call.Bytes) ? null : Find(card.Memory, call.Bytes));
        else
            SelectTwo(card, call.Bytes);
        return Answer.Empty;
    }

    private static void SelectTwo(ChipState card, ReadOnlySpan<byte> aids)
    {
        var takesTwo = card.Memory.Product.HasEv2Extras && aids.Length == 2 * AidLength;
        RefusedException.When(!takesTwo, Status.LengthError);
        var first = aids[..AidLength];
        var second = aids[AidLength..];
        var areTwo = !IsPicc(first) && !IsPicc(second) && !first.SequenceEqual(second);
        RefusedException.When(!areTwo, OpenPoints.NotTwoApplications);
        var added = Find(card.Memory, second);
        RefusedException.When(added.TransactionMac is not null, OpenPoints.SecondMustNotProve);
        card.Select(Find(card.Memory, first), added);
    }

    private static Answer Create(ChipState card, Call call)
    {
        var application = Read(card.Memory, call.Bytes);
        Access.RequirePiccLevel(card);
        Access.RequireCreation(card);
        var taken = card.Memory.Applications.Exists(other =>
            other.Aid.AsSpan().SequenceEqual(application.Aid)
            || (application.IsoId is { } id && other.IsoId == id)
            || (application.DfName is { } name && name.AsSpan().SequenceEqual(other.DfName)));
        RefusedException.When(taken || IsPicc(application.Aid), Status.DuplicateError);
        RefusedException.When(
            card.Memory.Applications.Count >= card.Memory.Product.ApplicationsMost, Status.CountError);
        card.Memory.Take(OpenPoints.MemoryTaken(application.Keys.Count * 16, copies: 1));
        card.Memory.Applications.Add(application);
        return Answer.Empty;
    }

    /// <summary>AID, KeySett1, KeySett2, [KeySett3], [key sets], [ISO file id], [DF name]. No keys at all,
    /// and an ISO id without ISO ids for files: as libfreefare's tests create them on cards.</summary>
    private static Application Read(ChipMemory memory, ReadOnlySpan<byte> body)
    {
        var settings2 = body[4];
        var keys = settings2 & 0xF;
        RefusedException.When(keys > KeysMost, Status.ParameterError);
        var type = Keys.TypeOf(settings2);
        var rest = body[5..];
        var settings3 = (settings2 & HasKeySettings3) == 0 ? (byte?)null : TakeByte(ref rest);
        RefusedException.When((settings3 & ~KeySettings3Bits) is not (null or 0), Status.ParameterError);
        var sets = (settings3 & HasKeySets) == HasKeySets ? KeySets.Read(ref rest) : null;
        var isNamed = (settings2 & UsesIsoIds) != 0 || !rest.IsEmpty;
        var isoId = isNamed ? TakeIsoId(ref rest) : (ushort?)null;
        RefusedException.When(isoId == MasterFile, Status.ParameterError);
        RefusedException.When(rest.Length > (isoId is null ? 0 : DfNameMost), Status.LengthError);
        return new Application
        {
            Aid = body[..AidLength].ToArray(),
            KeySettings = body[3],
            KeySettings2 = settings2,
            KeySettings3 = settings3,
            KeySets = sets,
            IsoId = isoId,
            DfName = rest.IsEmpty ? null : rest.ToArray(),
            Keys = [.. Enumerable.Repeat(memory.DefaultKeyOf(type), keys)],
        };
    }

    /// <summary>Never without a key: the card's master key or, where applications are made freely or
    /// KeySett3 lets it delete itself, its own. Sources: BALTECH's DesfireFormatMasterPiccKeySettings;
    /// ChameleonMini's DESFire stack.</summary>
    private static Answer Delete(ChipState card, Call call)
    {
        RefusedException.When(IsPicc(call.Bytes), Status.PermissionDenied);
        var application = Find(card.Memory, call.Bytes);
        var itself = card.Selected == application;
        var alwaysMay = (application.KeySettings3 & MayDeleteItself) > 0;
        var mayItself = itself && (alwaysMay || Access.IsCreationFree(card.Memory));
        RefusedException.When(card.Selected is not null && !mayItself, Status.PermissionDenied);
        Access.RequireMaster(card);
        card.Memory.Applications.Remove(application);
        if (!itself)
            return Answer.Empty;
        card.Select(null);
        return Answer.Farewell;
    }

    private static Answer GetIds(ChipState card, Call call)
    {
        Access.RequirePiccLevel(card);
        Access.RequireListing(card);
        return Answer.Of([.. card.Memory.Applications.SelectMany(application => application.Aid)]);
    }

    /// <summary>A frame for each application that has an ISO id: AID, ISO id, DF name.</summary>
    private static Answer GetDfNames(ChipState card, Call call)
    {
        Access.RequirePiccLevel(card);
        Access.RequireListing(card);
        var frames = new List<byte[]>();
        foreach (var application in card.Memory.Applications)
        {
            if (application.IsoId is { } id)
                frames.Add([.. application.Aid, (byte)(id & 0xFF),
                    (byte)(id >> 8), .. application.DfName ?? []]);
        }

        var lengths = frames.SkipLast(1).Select(frame => frame.Length);
        return Answer.InFrames([.. frames.SelectMany(frame => frame)], [.. lengths]);
    }

    private static Application Find(ChipMemory memory, ReadOnlySpan<byte> aid)
    {
        foreach (var application in memory.Applications)
        {
            if (aid.SequenceEqual(application.Aid))
                return application;
        }

        throw new RefusedException(Status.ApplicationNotFound);
    }

    private static bool IsPicc(ReadOnlySpan<byte> aid) => !aid.ContainsAnyExcept((byte)0);

    private static byte TakeByte(ref ReadOnlySpan<byte> rest)
    {
        RefusedException.When(rest.IsEmpty, Status.LengthError);
        var taken = rest[0];
        rest = rest[1..];
        return taken;
    }

    private static ushort TakeIsoId(ref ReadOnlySpan<byte> rest)
    {
        RefusedException.When(rest.Length < sizeof(ushort), Status.LengthError);
        var taken = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        rest = rest[sizeof(ushort)..];
        return taken;
    }
}
