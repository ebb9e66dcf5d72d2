using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip;

/// <summary>Who may do what. Source: NXP AN12343, table 10, and the key settings of DESFire.</summary>
internal static class Access
{
    private const byte MasterKeyChangeable = 1;
    private const byte FreeListing = 2;
    private const byte FreeCreation = 4;
    private const byte SettingsChangeable = 8;

    private static readonly FileRight[] EachRight =
        [FileRight.Read, FileRight.Write, FileRight.ReadWrite, FileRight.Change, FileRight.FreeGetValue];

    /// <summary>Whether the session's key holds one of the rights.</summary>
    public static bool IsGrantedByKey(ChipState card, CardFile file, FileRight rights) =>
        card.KeyFor(file) is < AccessRights.Free and var key && IsHeldBy(file, rights, key);

    public static bool IsFree(CardFile file, FileRight rights) => IsHeldBy(file, rights, AccessRights.Free);

    /// <summary>Whether anybody may read, because the chip signs what it tells who has no session.</summary>
    public static bool IsSignedRead(ChipState card, CardFile file, FileRight rights) =>
        card.Session is null
        && rights.HasFlag(FileRight.Read)
        && file is StandardFile { Sdm.Signs: true };

    /// <exception cref="RefusedException">
    /// AE when another key could do it; 9D when nobody may.
    /// </exception>
    public static void Require(ChipState card, CardFile file, FileRight rights)
    {
        if (IsGrantedByKey(card, file, rights) || IsFree(file, rights) || IsSignedRead(card, file, rights))
            return;

        var someKeyMay = EachRight.Any(right =>
            rights.HasFlag(right) && file.HoldersOf(right).Any(holder => holder < AccessRights.Free));
        throw new RefusedException(someKeyMay ? Status.AuthenticationError : Status.PermissionDenied);
    }

    /// <param name="card">The chip.</param>
    /// <param name="which"><see cref="ChipState.OfSecond"/> for the second application; else what is
    /// selected.</param>
    public static void RequireListing(ChipState card, int which = 0)
    {
        var level = which != 0 && card.Second is { } second ? second : card.Level;
        var isFree = (level.KeySettings & FreeListing) != 0;
        RefusedException.When(!isFree && card.Session?.KeyNumber != which, Status.AuthenticationError);
    }

    public static void RequireCreation(ChipState card)
    {
        if (!IsCreationFree(card.Level))
            RequireMaster(card);
    }

    /// <summary>Whether the level's settings let everybody make what belongs to it.</summary>
    public static bool IsCreationFree(IKeyHolder level) => (level.KeySettings & FreeCreation) != 0;

    public static void RequireSession(ChipState card) =>
        RefusedException.When(card.Session is null, Status.AuthenticationError);

    public static void RequireMaster(ChipState card) =>
        RefusedException.When(card.Session is not { KeyNumber: 0 }, Status.AuthenticationError);

    public static void RequirePiccLevel(ChipState card) =>
        RefusedException.When(card.Selected is not null, Status.PermissionDenied);

    /// <summary>While they can be changed at all, any of them can: libfreefare's tests set bit 0
    /// again.</summary>
    public static void RequireSettingsChange(ChipState card)
    {
        RequireMaster(card);
        RefusedException.When((card.Level.KeySettings & SettingsChangeable) == 0, Status.PermissionDenied);
    }

    /// <summary>Bits 7–4 of an application's key settings name the key that may change keys.</summary>
    public static void RequireKeyChange(ChipState card, byte keyNumber)
    {
        RequireSession(card);
        var changer = card.Selected is null || keyNumber == 0 ? 0 : card.Level.KeySettings >> 4;
        var frozen = keyNumber == 0
            ? (card.Level.KeySettings & MasterKeyChangeable) == 0
            : changer == AccessRights.Never;
        RefusedException.When(frozen, Status.PermissionDenied);
        var needed = changer switch
        {
            AccessRights.Free => keyNumber,
            _ when changer == keyNumber => 0,
            _ => changer,
        };
        RefusedException.When(card.Session!.KeyNumber != needed, Status.AuthenticationError);
    }

    private static bool IsHeldBy(CardFile file, FileRight rights, byte holder) =>
        EachRight.Any(right => rights.HasFlag(right) && file.HoldersOf(right).Contains(holder));
}
