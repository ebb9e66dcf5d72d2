using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Sdm;

/// <summary>Which settings a chip accepts. Source: NT4H2421Gx, tables 69 to 71.</summary>
internal static class SdmRules
{
    public const int UidDigits = 14;
    public const int CounterDigits = 6;
    public const int PiccDigits = 32;
    public const int MacDigits = 16;

    private const byte KnownOptions = 0xF1;
    private const byte Ascii = 0x01;
    private const int EncryptedUnit = 32;

    /// <param name="sdm">What is to be set.</param>
    /// <param name="fileLength">Bytes of the file.</param>
    /// <param name="keys">Keys that the application has.</param>
    /// <param name="counter">What the file's counter will be.</param>
    public static bool AreSound(SdmSettings sdm, int fileLength, int keys, int counter) =>
        HaveSoundOptions(sdm)
        && HaveSoundRights(sdm, keys)
        && HaveSoundMac(sdm)
        && (sdm.CounterLimit is not { } limit || limit > counter)
        && LieApart(Places(sdm), fileLength);

    private static bool HaveSoundOptions(SdmSettings sdm) =>
        (sdm.Options & ~KnownOptions) == 0
        && (sdm.Options & Ascii) != 0
        && (sdm.HasCounter || (!sdm.HasLimit && sdm.CounterRead == AccessRights.Never))
        && (!sdm.HasEncrypted || (sdm.HasUid && sdm.HasCounter && sdm.Signs))
        && (sdm.MetaRead == AccessRights.Never ? !sdm.HasUid : sdm.HasUid || sdm.HasCounter);

    private static bool HaveSoundRights(SdmSettings sdm, int keys) =>
        sdm.Rights.HolderOf(FileRight.ReadWrite) == AccessRights.Never
        && sdm.FileRead != AccessRights.Free
        && sdm.Rights.FitKeys(keys);

    /// <summary>The MAC ends what it covers, and covers what is encrypted.</summary>
    private static bool HaveSoundMac(SdmSettings sdm) =>
        sdm.MacInputAt is not { } start
        || (start <= sdm.MacAt
            && (sdm.EncryptedAt is not { } encrypted
                || (encrypted >= start
                    && sdm.EncryptedLength > 0
                    && sdm.EncryptedLength % EncryptedUnit == 0
                    && encrypted + sdm.EncryptedLength <= sdm.MacAt)));

    private static List<(int Start, int Length)> Places(SdmSettings sdm)
    {
        var places = new List<(int Start, int Length)>();
        Add(sdm.UidAt, UidDigits);
        Add(sdm.CounterAt == SdmSettings.NotShown ? null : sdm.CounterAt, CounterDigits);
        Add(sdm.PiccAt, PiccDigits);
        Add(sdm.EncryptedAt, sdm.EncryptedLength ?? 0);
        Add(sdm.MacAt, MacDigits);
        places.Sort();
        return places;

        void Add(int? start, int length)
        {
            if (start is { } there)
                places.Add((there, length));
        }
    }

    private static bool LieApart(List<(int Start, int Length)> places, int fileLength)
    {
        var end = 0;
        foreach (var (start, length) in places)
        {
            if (start < end)
                return false;

            end = start + length;
        }

        return end <= fileLength;
    }
}
