using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Sdm;

/// <summary>
/// Reads of one file by one command with nothing between them: they count once and show the same. Volatile.
/// </summary>
/// <param name="File">What is read.</param>
/// <param name="Padding">Random bytes behind UID and counter before they are encrypted.</param>
internal sealed record SdmTap(StandardFile File, byte[] Padding)
{
    private const int CounterMost = 0xFFFFFF;
    private const int PaddingMost = 15;

    /// <summary>The content of the file as whoever is reading sees it.</summary>
    /// <exception cref="RefusedException">The counter has reached its limit, or its end; 6982 to an ISO
    /// command. Source: NT4H2421Gx, table 80.</exception>
    public static byte[] Content(ChipState card, ByteFile file)
    {
        if (card.Session is not null || file is not StandardFile { Sdm: { } sdm } standard)
        {
            card.Tap = null;
            return file.Content;
        }

        if (card.Tap?.File != standard)
            card.Tap = Begin(card, standard, sdm);

        return SdmMirror.Content(card, standard, sdm, card.Tap.Padding);
    }

    private static SdmTap Begin(ChipState card, StandardFile file, SdmSettings sdm)
    {
        if (sdm.HasCounter)
        {
            RefusedException.When(file.ReadCounter >= CounterMost, Status.IntegrityError);
            RefusedException.When(file.ReadCounter >= sdm.CounterLimit, Status.PermissionDenied);
            file.ReadCounter++;
        }

        var shown = SdmMirror.Uid(card, sdm).Length + SdmMirror.Counter(file, sdm).Length;
        var padding = new byte[PaddingMost - shown];
        if (sdm.MetaRead < AccessRights.Free)
            card.Random(padding);

        return new SdmTap(file, padding);
    }
}
