using System.Text.Json.Serialization;

namespace SmartCardCrm.Simulator.Chip.Memory;

/// <summary>How command and answer are protected while a session is active.</summary>
internal enum CommMode
{
    Plain,
    Mac,
    Full,
}

/// <summary>A file in the card's non-volatile memory: committed content only.</summary>
[JsonDerivedType(typeof(StandardFile), "standard")]
[JsonDerivedType(typeof(BackupFile), "backup")]
[JsonDerivedType(typeof(ValueFile), "value")]
[JsonDerivedType(typeof(RecordFile), "record")]
[JsonDerivedType(typeof(TransactionMacFile), "transactionMac")]
internal abstract class CardFile
{
    /// <summary>0–31.</summary>
    public required byte Number { get; init; }

    /// <summary>FileOption as sent; bits 1–0 are the communication mode.</summary>
    public required byte Option { get; set; }

    public required AccessRights Rights { get; set; }

    /// <summary>Further sets of rights, at most <see cref="AccessRights.FurtherMost"/>; each gives what it
    /// says, whatever the others say.</summary>
    public IReadOnlyList<AccessRights> FurtherRights { get; set; } = [];

    /// <summary>ISO file id, or nothing where the application or the file type has none.</summary>
    public ushort? IsoId { get; init; }

    [JsonIgnore]
    public CommMode Mode => (Option & 3) switch
    {
        1 => CommMode.Mac,
        3 => CommMode.Full,
        _ => CommMode.Plain,
    };

    /// <summary>File type as GetFileSettings reports it.</summary>
    [JsonIgnore]
    public abstract byte Type { get; }

    /// <summary>Whether what was read from a text can be a file of a chip: the reader of JSON looks at no
    /// nulls of derived types.</summary>
    [JsonIgnore]
    public virtual bool IsSound => FurtherRights is not null;

    /// <summary>Of each set a key number, <see cref="AccessRights.Free"/> or
    /// <see cref="AccessRights.Never"/>.</summary>
    public virtual IEnumerable<byte> HoldersOf(FileRight right) =>
        FurtherRights.Prepend(Rights).Select(rights => rights.HolderOf(right));
}

/// <summary>A file read and written as bytes at an offset.</summary>
internal abstract class ByteFile : CardFile
{
    public required byte[] Content { get; set; }

    [JsonIgnore]
    public override bool IsSound => base.IsSound && Content is not null;
}

internal sealed class StandardFile : ByteFile
{
    /// <summary>Whether it was created so that <see cref="Sdm"/> may be given to it.</summary>
    public bool AllowsSdm { get; init; }

    /// <summary>What is filled in when it is read without a session; nothing while that is off.</summary>
    public SdmSettings? Sdm { get; set; }

    /// <summary>Reads without a session since <see cref="Sdm"/> was turned on, 24 bits.</summary>
    public int ReadCounter { get; set; }

    public override byte Type => 0;
}

internal sealed class BackupFile : ByteFile
{
    public override byte Type => 1;
}

internal sealed class ValueFile : CardFile
{
    public required int Lower { get; init; }

    public required int Upper { get; init; }

    public required int Value { get; set; }

    /// <summary>Bit 0 LimitedCredit enabled, bit 1 free GetValue.</summary>
    public required byte Flags { get; init; }

    /// <summary>
    /// What one LimitedCredit may give back: the debits of the last committed transaction with one.
    /// </summary>
    public int LimitedCredit { get; set; }

    public override byte Type => 2;

    public override IEnumerable<byte> HoldersOf(FileRight right) =>
        right == FileRight.FreeGetValue && (Flags & 2) != 0 ? [AccessRights.Free] : base.HoldersOf(right);
}

internal sealed class RecordFile : CardFile
{
    public required bool Cyclic { get; init; }

    public required int RecordLength { get; init; }

    /// <summary>
    /// Records as given at creation; a cyclic file keeps one of them for the pending write.
    /// </summary>
    public required int RecordsMost { get; init; }

    /// <summary>Oldest first.</summary>
    public List<byte[]> Records { get; set; } = [];

    [JsonIgnore]
    public override bool IsSound =>
        base.IsSound && Records?.TrueForAll(record => record?.Length == RecordLength) == true;

    [JsonIgnore]
    public int Capacity => Cyclic ? RecordsMost - 1 : RecordsMost;

    public override byte Type => (byte)(Cyclic ? 4 : 3);
}

internal sealed class TransactionMacFile : CardFile
{
    public const byte AesKeyOption = 2;

    /// <summary>AES-128, 16 bytes.</summary>
    public required byte[] Key { get; init; }

    public required byte KeyVersion { get; init; }

    public uint Counter { get; set; }

    /// <summary>TMV of the last commit, 8 bytes.</summary>
    public byte[] LastValue { get; set; } = new byte[8];

    /// <summary>Reader id of the last commit, 16 bytes; zeros before the first.</summary>
    public byte[] PreviousReaderId { get; set; } = new byte[16];

    [JsonIgnore]
    public override bool IsSound =>
        base.IsSound && (Key?.Length, LastValue?.Length, PreviousReaderId?.Length) == (16, 8, 16);

    public override byte Type => 5;
}
