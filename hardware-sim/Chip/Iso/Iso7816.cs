namespace SmartCardCrm.Simulator.Chip.Iso;

/// <summary>
/// Genuine ISO 7816-4 commands (CLA 00), as phones use a type 4 tag and as clients probe for cards.
/// </summary>
internal static class Iso7816
{
    private const byte SelectFile = 0xA4;

    /// <summary>Answers one APDU of 4 bytes or more. A refusal ends session and transaction like any other,
    /// except that what is not found to be selected leaves all as it was.</summary>
    public static byte[] Answer(ChipState card, ReadOnlySpan<byte> apdu)
    {
        if (card.Handshake is not null)
        {
            card.EndSession();
            card.AbortTransaction();
        }

        try
        {
            return Run(card, apdu);
        }
        catch (RefusedException)
        {
            // The counter of a file with SDM: the one reason that native reads have too.
            return Refuse(card, IsoStatus.SecurityNotSatisfied);
        }
        catch (IsoRefusedException refusal) when (apdu[1] == SelectFile)
        {
            return Bytes(refusal.Status);
        }
        catch (IsoRefusedException refusal)
        {
            return Refuse(card, refusal.Status);
        }
    }

    private static byte[] Refuse(ChipState card, IsoStatus status)
    {
        card.EndSession();
        card.AbortTransaction();
        card.Tap = null;
        return Bytes(status);
    }

    private static byte[] Run(ChipState card, ReadOnlySpan<byte> apdu)
    {
        var isKnown = card.Memory.Product.IsoCommands?.Contains(apdu[1]) is not false;
        IsoRefusedException.When(!isKnown, IsoStatus.UnknownInstruction);
        switch (apdu[1])
        {
            case SelectFile:
                return Bytes(IsoSelection.Select(card, IsoApdu.Parse(apdu)));
            case 0xB0:
                return [.. IsoFiles.ReadBinary(card, IsoApdu.Parse(apdu)), .. Bytes(IsoStatus.Ok)];
            case 0xD6:
                IsoFiles.UpdateBinary(card, IsoApdu.Parse(apdu));
                return Bytes(IsoStatus.Ok);
            case 0xB2:
                return [.. IsoFiles.ReadRecord(card, IsoApdu.Parse(apdu)), .. Bytes(IsoStatus.Ok)];
            case 0xE2:
                IsoFiles.AppendRecord(card, IsoApdu.Parse(apdu));
                return Bytes(IsoStatus.Ok);
            default:
                throw new IsoRefusedException(IsoStatus.UnknownInstruction);
        }
    }

    private static byte[] Bytes(IsoStatus status) =>
        [(byte)((ushort)status >> 8), (byte)((ushort)status & 0xFF)];
}
