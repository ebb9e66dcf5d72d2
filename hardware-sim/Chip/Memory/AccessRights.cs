namespace SmartCardCrm.Simulator.Chip.Memory;

/// <summary>
/// The ways in which a file may be used. A command lists every right that is enough for it.
/// </summary>
[Flags]
internal enum FileRight
{
    None = 0,
    Read = 1,
    Write = 2,
    ReadWrite = 4,
    Change = 8,

    /// <summary>GetValue by anyone, a flag of value files.</summary>
    FreeGetValue = 16,
}

/// <summary>
/// The two bytes of access rights as they come over the wire: ReadWrite and Change, then Read and Write,
/// each a key number 0–D, <see cref="Free"/> or <see cref="Never"/>.
/// </summary>
internal readonly record struct AccessRights(byte First, byte Second)
{
    public const byte Free = 0xE;
    public const byte Never = 0xF;

    /// <summary>How many sets a file may have besides its first. Source: BALTECH's reference of
    /// DesfireEV2FormatFileMultAccessCond.</summary>
    public const int FurtherMost = 7;

    public byte HolderOf(FileRight right) => right switch
    {
        FileRight.ReadWrite => (byte)(First >> 4),
        FileRight.Change => (byte)(First & 0xF),
        FileRight.Read => (byte)(Second >> 4),
        FileRight.Write => (byte)(Second & 0xF),
        _ => Never,
    };

    /// <summary>Whether each right names a key of an application with that many keys, or none.</summary>
    public bool FitKeys(int keys) =>
        Fits(First >> 4, keys) && Fits(First & 0xF, keys)
        && Fits(Second >> 4, keys) && Fits(Second & 0xF, keys);

    private static bool Fits(int holder, int keys) => holder >= Free || holder < keys;
}
