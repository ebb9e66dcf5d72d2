namespace SmartCardCrm.Simulator.Chip.Iso;

/// <summary>
/// Both status bytes of an answer to a genuine ISO command. Source: NT4H2421Gx, chapter 10.9.
/// </summary>
internal enum IsoStatus : ushort
{
    Ok = 0x9000,

    /// <summary>Selected, but its transaction MAC counter has reached the limit.</summary>
    SelectedAtLimit = 0x6283,
    WrongLength = 0x6700,
    SecurityNotSatisfied = 0x6982,
    ConditionsNotSatisfied = 0x6985,
    NotFound = 0x6A82,
    WrongParameters = 0x6A86,
    DataLengthInconsistent = 0x6A87,

    /// <summary>The second byte is the length that would be right.</summary>
    WrongExpectedLength = 0x6C00,
    UnknownInstruction = 0x6D00,
}

/// <summary>
/// The chip refuses an ISO command. Caught in one place, <see cref="Iso7816.Answer"/>.
/// </summary>
internal sealed class IsoRefusedException(IsoStatus status) : Exception($"{(ushort)status:X4}")
{
    public IsoStatus Status { get; } = status;

    public static void When(bool condition, IsoStatus status)
    {
        if (condition)
            throw new IsoRefusedException(status);
    }
}
