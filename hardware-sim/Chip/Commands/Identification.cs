namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>GetVersion, GetCardUID, FreeMem, FormatPICC and Read_Sig.</summary>
internal static class Identification
{
    /// <summary>Batch number, then week and year of production in BCD; invented.</summary>
    private static readonly byte[] Production = [0x5C, 0xC2, 0x00, 0x00, 0x01, 0x14, 0x26];

    private const int HardwareSubtype = 2;
    private const byte WeakModulation = 0x80;

    public static IEnumerable<Command> Commands =>
    [
        new(0x60, Protection.Mac, GetVersion),
        new(0x51, Protection.FullAnswer, GetCardUid),
        new(0x6E, Protection.Mac, FreeMem),
        new(0xFC, Protection.Mac, FormatPicc),
        new(0x3C, Protection.Full, ReadSignature) { Header = 1, Length = 1, OneFrame = true },
    ];

    private static Answer GetVersion(ChipState card, Call call)
    {
        var profile = card.Memory.Product;
        var uid = card.Memory.Configuration.HasRandomUid ? new byte[card.Memory.Uid.Length] : card.Memory.Uid;
        byte[] version =
            [.. profile.Hardware.Span, .. profile.Software.Span, .. uid, .. Production];
        if (card.Memory.Configuration.HasWeakModulation)
            version[HardwareSubtype] |= WeakModulation;
        return Answer.InFrames(version, profile.Hardware.Length, profile.Software.Length);
    }

    private static Answer GetCardUid(ChipState card, Call call)
    {
        Access.RequireSession(card);
        return Answer.Of(card.Memory.Uid);
    }

    /// <summary>The factory's signature on the UID, 56 bytes, with or without a session. Source of the
    /// status: AN12343, table 44.</summary>
    private static Answer ReadSignature(ChipState card, Call call)
    {
        RefusedException.When(call.Bytes[0] != 0, Status.ParameterError);
        var isHidden = card.Session is null && card.Memory.Configuration.HasRandomUid;
        RefusedException.When(isHidden, OpenPoints.SignatureHidden);
        return Answer.Signed(OriginalityTestKey.Sign(card.Memory.Uid));
    }

    private static Answer FreeMem(ChipState card, Call call)
    {
        var free = card.Memory.FreeBytes;
        return Answer.Of((byte)(free & 0xFF), (byte)((free >> 8) & 0xFF), (byte)(free >> 16));
    }

    private static Answer FormatPicc(ChipState card, Call call)
    {
        Access.RequirePiccLevel(card);
        Access.RequireMaster(card);
        RefusedException.When(card.Memory.Configuration.IsFormatDisabled, Status.PermissionDenied);
        card.Memory.Applications.Clear();
        card.Memory.MemoryTaken = 0;
        return Answer.Empty;
    }
}
