namespace SmartCardCrm.Simulator.Chip.Memory;

/// <summary>
/// What the chip writes into a file as it is read without a session (secure dynamic messaging). Offsets are
/// bytes from the start of the file; nothing where the field is absent. Source: NT4H2421Gx, table 69.
/// </summary>
internal sealed record SdmSettings
{
    /// <summary>Offset of a counter that counts and is not shown.</summary>
    public const int NotShown = 0xFFFFFF;

    private const int FixedLength = 3;
    private const int NumberLength = 3;

    /// <summary>Bit 7 UID, 6 counter, 5 limit of the counter, 4 encrypted content, 0 ASCII.</summary>
    public required byte Options { get; init; }

    /// <summary>Two bytes as sent: F and who reads the counter; who hides UID and counter, and who
    /// signs.</summary>
    public required AccessRights Rights { get; init; }

    public int? UidAt { get; init; }

    public int? CounterAt { get; init; }

    public int? PiccAt { get; init; }

    public int? MacInputAt { get; init; }

    public int? EncryptedAt { get; init; }

    /// <summary>Characters of the place, twice the bytes of plain text.</summary>
    public int? EncryptedLength { get; init; }

    public int? MacAt { get; init; }

    public int? CounterLimit { get; init; }

    public bool HasUid => (Options & 0x80) != 0;

    public bool HasCounter => (Options & 0x40) != 0;

    public bool HasLimit => (Options & 0x20) != 0;

    public bool HasEncrypted => (Options & 0x10) != 0;

    /// <summary>Who may ask for the counter.</summary>
    public byte CounterRead => (byte)(Rights.First & 0xF);

    /// <summary>The key that encrypts UID and counter; free shows them in clear, never not at all.</summary>
    public byte MetaRead => (byte)(Rights.Second >> 4);

    /// <summary>The key that signs and encrypts; never for neither.</summary>
    public byte FileRead => (byte)(Rights.Second & 0xF);

    /// <summary>Whether a key of the application signs what is read.</summary>
    public bool Signs => FileRead != AccessRights.Never;

    /// <summary>Takes the block from the front of what was sent.</summary>
    /// <exception cref="RefusedException">7E: too short for its own options.</exception>
    public static SdmSettings Take(ref ReadOnlySpan<byte> rest)
    {
        RefusedException.When(rest.Length < FixedLength, Status.LengthError);
        var fix = new SdmSettings { Options = rest[0], Rights = new AccessRights(rest[1], rest[2]) };
        rest = rest[FixedLength..];
        var inClear = fix.MetaRead == AccessRights.Free;
        return fix with
        {
            UidAt = Take(fix.HasUid && inClear, ref rest),
            CounterAt = Take(fix.HasCounter && inClear, ref rest),
            PiccAt = Take(fix.MetaRead < AccessRights.Free, ref rest),
            MacInputAt = Take(fix.Signs, ref rest),
            EncryptedAt = Take(fix.Signs && fix.HasEncrypted, ref rest),
            EncryptedLength = Take(fix.Signs && fix.HasEncrypted, ref rest),
            MacAt = Take(fix.Signs, ref rest),
            CounterLimit = Take(fix.HasLimit, ref rest),
        };
    }

    /// <summary>The block as <see cref="Take(ref ReadOnlySpan{byte})"/> takes it.</summary>
    public byte[] ToBytes()
    {
        int?[] numbers =
        [
            UidAt, CounterAt, PiccAt, MacInputAt, EncryptedAt, EncryptedLength, MacAt, CounterLimit,
        ];
        var bytes = new List<byte> { Options, Rights.First, Rights.Second };
        foreach (var number in numbers)
        {
            if (number is { } value)
                bytes.AddRange([(byte)(value & 0xFF), (byte)((value >> 8) & 0xFF), (byte)(value >> 16)]);
        }

        return [.. bytes];
    }

    private static int? Take(bool isPresent, ref ReadOnlySpan<byte> rest)
    {
        if (!isPresent)
            return null;

        RefusedException.When(rest.Length < NumberLength, Status.LengthError);
        var number = rest[0] | (rest[1] << 8) | (rest[2] << 16);
        rest = rest[NumberLength..];
        return number;
    }
}
