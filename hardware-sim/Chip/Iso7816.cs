using System.Buffers.Binary;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip;

/// <summary>
/// Genuine ISO 7816-4 commands (CLA 00): selecting the card or an application by name or file id. Clients
/// probe with it; an unknown name keeps the selection.
/// </summary>
internal static class Iso7816
{
    private const ushort MasterFile = 0x3F00;

    public static byte[] Answer(ChipState card, ReadOnlySpan<byte> apdu)
    {
        if (apdu[1] != 0xA4)
            return [0x6D, 0x00];

        if (apdu.Length < 6 || apdu.Length < 5 + apdu[4])
            return [0x67, 0x00];

        var name = apdu.Slice(5, apdu[4]);
        return apdu[2] switch
        {
            0x04 => SelectByName(card, name),
            0x00 when name.Length == 2 => SelectById(card, BinaryPrimitives.ReadUInt16BigEndian(name)),
            _ => [0x6A, 0x86],
        };
    }

    private static byte[] SelectByName(ChipState card, ReadOnlySpan<byte> name)
    {
        foreach (var application in card.Memory.Applications)
        {
            if (application.DfName is { } dfName && name.SequenceEqual(dfName))
                return Select(card, application);
        }

        return [0x6A, 0x82];
    }

    private static byte[] SelectById(ChipState card, ushort id)
    {
        var application = card.Memory.Applications.Find(candidate => candidate.IsoId == id);
        return id == MasterFile || application is not null ? Select(card, application) : [0x6A, 0x82];
    }

    private static byte[] Select(ChipState card, Application? application)
    {
        card.Select(application);
        return [0x90, 0x00];
    }
}
