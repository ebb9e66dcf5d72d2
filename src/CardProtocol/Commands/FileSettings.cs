namespace SmartCardCrm.CardProtocol;

/// <summary>What a standard data file is: mode, rights, size, and how it answers to a phone.</summary>
/// <param name="Mode">How its content travels in a session.</param>
/// <param name="Rights">Who may do what.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sdm">Secure dynamic messaging, or null where it is off.</param>
internal sealed record FileSettings(CommMode Mode, AccessRights Rights, int Size, SdmSettings? Sdm)
{
    /// <summary>Bit 6 of FileOption.</summary>
    public const byte SdmBit = 0x40;

    private const int HeadLength = 7;
    private const byte StandardFile = 0x00;

    /// <summary>Reads the answer to GetFileSettings; bytes after the last known field are not looked
    /// at.</summary>
    /// <exception cref="CardForeignException">Not a standard data file's, or too short for what it
    /// announces.</exception>
    public static FileSettings Decode(ReadOnlySpan<byte> data)
    {
        if (data.Length < HeadLength || data[0] != StandardFile)
            throw CardForeignException.UnknownLayout("file's type");

        var from = new ByteReader(data[1..]);
        var option = from.Byte();
        var rights = AccessRights.ReadFrom(ref from);
        var size = from.UInt24();
        // Bit 6 says that the file may have SDM; the block follows once it has.
        var sdm = (option & SdmBit) != 0 && from.Left > 0 ? SdmSettings.Decode(ref from) : null;
        return new FileSettings((CommMode)(option & 0x03), rights, size, sdm);
    }
}

/// <summary>Secure dynamic messaging (SDM) of a file: what the chip writes over its content when it is read
/// without a session.</summary>
/// <remarks>
/// Offsets are counted from the file's first byte, 0 to 0xFFFFFF. Source: NXP NT4H2421Gx, table 69, and
/// AN12196, tables 8 and 19. Always as ASCII.
/// </remarks>
internal sealed record SdmSettings
{
    private const byte UidBit = 0x80;
    private const byte CounterBit = 0x40;
    private const byte LimitBit = 0x20;
    private const byte EncryptedPartBit = 0x10;
    private const byte AsciiBit = 0x01;

    /// <summary>Key that may read the counter; E everybody, F nobody.</summary>
    public required byte CounterRight { get; init; }

    /// <summary>Key that encrypts UID and counter; E for both in clear, F for neither.</summary>
    public required byte MetaReadRight { get; init; }

    /// <summary>Key from which MAC and file encryption keys are derived; F for no MAC.</summary>
    public required byte FileReadRight { get; init; }

    /// <summary>Whether the UID is shown.</summary>
    public bool HasUid { get; init; } = true;

    /// <summary>Whether reads are counted and the counter is shown.</summary>
    public bool HasCounter { get; init; } = true;

    /// <summary>Where 14 hex digits of UID go; with MetaRead E.</summary>
    public int UidAt { get; init; }

    /// <summary>Where 6 hex digits of counter go; with MetaRead E.</summary>
    public int CounterAt { get; init; }

    /// <summary>Where 32 hex digits of encrypted UID and counter go; with a MetaRead key.</summary>
    public int PiccAt { get; init; }

    /// <summary>Where the MAC begins to cover the file.</summary>
    public int MacInputAt { get; init; }

    /// <summary>The part that is encrypted, or null.</summary>
    public EncryptedPart? Encrypted { get; init; }

    /// <summary>Where 16 hex digits of MAC go, and the MAC ceases to cover.</summary>
    public int MacAt { get; init; }

    /// <summary>The counter at which the chip stops answering; null for none.</summary>
    public int? CounterLimit { get; init; }

    private bool IsInClear => MetaReadRight == AccessRights.Everybody;

    private bool HasPicc => MetaReadRight < AccessRights.Everybody;

    private bool HasMac => FileReadRight != AccessRights.Nobody;

    /// <summary>SDMOptions ‖ SDMRights ‖ the offsets that these call for.</summary>
    public void WriteTo(ref ByteWriter to)
    {
        to.Byte((byte)(AsciiBit
            | (HasUid ? UidBit : 0) | (HasCounter ? CounterBit : 0)
            | (CounterLimit is null ? 0 : LimitBit) | (Encrypted is null ? 0 : EncryptedPartBit)));
        to.Byte((byte)((AccessRights.Nobody << 4) | CounterRight));
        to.Byte((byte)((MetaReadRight << 4) | FileReadRight));
        if (HasUid && IsInClear)
            to.UInt24(UidAt);
        if (HasCounter && IsInClear)
            to.UInt24(CounterAt);
        if (HasPicc)
            to.UInt24(PiccAt);
        if (HasMac)
            WriteCovered(ref to);
        if (CounterLimit is { } limit)
            to.UInt24(limit);
    }

    /// <exception cref="CardForeignException">The block is too short for what it announces.</exception>
    public static SdmSettings Decode(ref ByteReader from)
    {
        if (from.Left < 3)
            throw CardForeignException.UnknownLayout("SDM block");

        var (options, counter, read) = (from.Byte(), from.Byte(), from.Byte());
        var block = new SdmSettings
        {
            HasUid = (options & UidBit) != 0,
            HasCounter = (options & CounterBit) != 0,
            CounterRight = (byte)(counter & 0xF),
            MetaReadRight = (byte)(read >> 4),
            FileReadRight = (byte)(read & 0xF),
        };
        return block.DecodeOffsets(options, ref from);
    }

    private SdmSettings DecodeOffsets(byte options, ref ByteReader from)
    {
        var isEncrypted = HasMac && (options & EncryptedPartBit) != 0;
        var block = this with { UidAt = Next(HasUid && IsInClear, ref from) };
        block = block with { CounterAt = Next(HasCounter && IsInClear, ref from) };
        block = block with { PiccAt = Next(HasPicc, ref from) };
        block = block with { MacInputAt = Next(HasMac, ref from) };
        if (isEncrypted)
            block = block with { Encrypted = new(Next(true, ref from), Next(true, ref from)) };
        block = block with { MacAt = Next(HasMac, ref from) };
        return (options & LimitBit) != 0 ? block with { CounterLimit = Next(true, ref from) } : block;
    }

    private static int Next(bool isThere, ref ByteReader from) =>
        !isThere ? 0
        : from.Left >= 3 ? from.UInt24()
        : throw CardForeignException.UnknownLayout("SDM block");

    private void WriteCovered(ref ByteWriter to)
    {
        to.UInt24(MacInputAt);
        if (Encrypted is { } part)
        {
            to.UInt24(part.At);
            to.UInt24(part.Length);
        }

        to.UInt24(MacAt);
    }
}

/// <summary>A part of the file that the chip shows encrypted.</summary>
/// <param name="At">Where it begins.</param>
/// <param name="Length">Bytes, a multiple of 32; the first half is what gets encrypted, and its hex digits
/// fill the whole.</param>
internal readonly record struct EncryptedPart(int At, int Length);

/// <summary>What a standard data file is, and whether it answers to phones.</summary>
internal sealed record GetFileSettings(byte File) : ICommand<FileSettings>
{
    public byte Ins => 0xF5;
    public CommMode Mode => CommMode.Mac;
    public void WriteHeader(ref ByteWriter to) => to.Byte(File);
    public FileSettings Read(ReadOnlySpan<byte> data) => FileSettings.Decode(data);
}

/// <summary>Gives a file another mode, other rights, and SDM or none; turning SDM on sets its counter to
/// zero. Takes effect at once.</summary>
/// <param name="File">Its number, and the mode it is to have.</param>
/// <param name="Rights">Who may do what from now on. The Change right now in force must be a key's.</param>
/// <param name="Sdm">Or null to turn it off.</param>
internal sealed record ChangeFileSettings(FileRef File, AccessRights Rights, SdmSettings? Sdm)
    : ICommand<Nothing>
{
    public byte Ins => 0x5F;
    public CommMode Mode => CommMode.Full;
    public void WriteHeader(ref ByteWriter to) => to.Byte(File.Number);

    public void WriteData(ref ByteWriter to)
    {
        to.Byte((byte)((byte)File.Mode | (Sdm is null ? 0 : FileSettings.SdmBit)));
        Rights.WriteTo(ref to);
        Sdm?.WriteTo(ref to);
    }

    public Nothing Read(ReadOnlySpan<byte> data) => Nothing.Read(data);
}

/// <summary>How many times the file was read by phones since SDM was turned on: 0 to 0xFFFFFF.</summary>
internal sealed record GetFileCounters(byte File) : ICommand<int>
{
    private const int Length = 5;

    public byte Ins => 0xF6;
    public CommMode Mode => CommMode.Full;
    public void WriteHeader(ref ByteWriter to) => to.Byte(File);

    public int Read(ReadOnlySpan<byte> data)
    {
        Answer.MustHave(data, Length);
        return new ByteReader(data).UInt24();
    }
}
