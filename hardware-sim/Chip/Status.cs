namespace SmartCardCrm.Simulator.Chip;

/// <summary>The second status byte of a wrapped native answer (<c>91 xx</c>).</summary>
internal enum Status : byte
{
    Ok = 0x00,
    CommandNotFound = 0x0B,
    NoChanges = 0x0C,
    OutOfMemory = 0x0E,
    IllegalCommand = 0x1C,
    IntegrityError = 0x1E,
    NoSuchKey = 0x40,
    LengthError = 0x7E,
    SignatureOk = 0x90,
    PermissionDenied = 0x9D,
    ParameterError = 0x9E,
    ApplicationNotFound = 0xA0,
    AuthenticationDelay = 0xAD,
    AuthenticationError = 0xAE,
    AdditionalFrame = 0xAF,
    BoundaryError = 0xBE,
    CommandAborted = 0xCA,
    CountError = 0xCE,
    DuplicateError = 0xDE,
    FileNotFound = 0xF0,
}

/// <summary>
/// The chip refuses a command. Caught in one place, <see cref="DesfireChip.Transmit"/>, because every refusal
/// has the same consequence: session and transaction are gone and the answer is a bare <c>91 xx</c>.
/// </summary>
internal sealed class RefusedException(Status status) : Exception($"91{(byte)status:X2}")
{
    public Status Status { get; } = status;

    public static void When(bool condition, Status status)
    {
        if (condition)
            throw new RefusedException(status);
    }
}
