using System.Buffers.Binary;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Iso;

/// <summary>
/// ISOSelectFile: the card, an application or a file, by name or by id. What is not found leaves the
/// selection as it was. Source: NT4H2421Gx, chapter 10.9.1.
/// </summary>
internal static class IsoSelection
{
    private const ushort MasterFile = 0x3F00;
    private const byte NoAnswer = 0x0C;

    /// <summary>P1 says what is named; P2 00 asks for file information, which only DESFire Light
    /// has.</summary>
    public static IsoStatus Select(ChipState card, IsoApdu apdu)
    {
        var by = (Way)apdu.P1;
        var isKnown = Enum.IsDefined(by) && apdu.P2 is 0 or NoAnswer;
        IsoRefusedException.When(!isKnown, IsoStatus.WrongParameters);
        if (by == Way.ByName)
            return SelectByName(card, apdu.Data.Span);

        if (by == Way.Parent)
            return SelectParent(card, apdu.Data.Span);

        var id = ReadId(apdu.Data.Span, by);
        return by switch
        {
            Way.ChildApplication => SelectApplication(card, card.Selected is null ? id : null),
            Way.ChildFile => SelectFile(card, id) ?? throw NotFound(),
            _ when id == MasterFile => SelectCard(card),
            _ => SelectFile(card, id) ?? SelectApplication(card, id),
        };
    }

    private static IsoStatus SelectByName(ChipState card, ReadOnlySpan<byte> name)
    {
        IsoRefusedException.When(name.IsEmpty, IsoStatus.WrongLength);
        foreach (var application in card.Memory.Applications)
        {
            if (application.DfName is { } dfName && name.SequenceEqual(dfName))
                return Select(card, application);
        }

        return name.SequenceEqual(card.Memory.Name) ? SelectCard(card) : throw NotFound();
    }

    private static IsoStatus SelectParent(ChipState card, ReadOnlySpan<byte> id)
    {
        IsoRefusedException.When(!id.IsEmpty, IsoStatus.DataLengthInconsistent);
        return card.Selected is null ? throw NotFound() : SelectCard(card);
    }

    /// <summary>Without an id it is the card that is selected.</summary>
    private static ushort ReadId(ReadOnlySpan<byte> id, Way by)
    {
        if (id.IsEmpty && by == Way.ById)
            return MasterFile;

        IsoRefusedException.When(id.Length != sizeof(ushort), IsoStatus.DataLengthInconsistent);
        return BinaryPrimitives.ReadUInt16BigEndian(id);
    }

    private static IsoStatus SelectApplication(ChipState card, ushort? id)
    {
        var application = card.Memory.Applications.Find(candidate => id is not null && candidate.IsoId == id);
        return application is null ? throw NotFound() : Select(card, application);
    }

    private static IsoStatus? SelectFile(ChipState card, ushort id)
    {
        var file = card.Selected?.Files.Values.FirstOrDefault(candidate => candidate.IsoId == id);
        if (file is null)
            return null;

        card.SelectedFile = file;
        return IsoStatus.Ok;
    }

    private static IsoStatus SelectCard(ChipState card)
    {
        card.Select(null);
        return IsoStatus.Ok;
    }

    private static IsoStatus Select(ChipState card, Application application)
    {
        card.Select(application);
        return application.TransactionMac is { Counter: >= OpenPoints.TransactionMacLimit }
            ? IsoStatus.SelectedAtLimit
            : IsoStatus.Ok;
    }

    private static IsoRefusedException NotFound() => new(IsoStatus.NotFound);

    /// <summary>The values of P1.</summary>
    private enum Way : byte
    {
        ById = 0,
        ChildApplication = 1,
        ChildFile = 2,
        Parent = 3,
        ByName = 4,
    }
}
