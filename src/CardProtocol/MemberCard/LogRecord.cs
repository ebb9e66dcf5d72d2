namespace SmartCardCrm.CardProtocol;

/// <summary>What a record of the log is about.</summary>
public enum LogKind : byte
{
    /// <summary>The card's first transaction, which ends its personalisation.</summary>
    Birth = 1,

    /// <summary>A checkout.</summary>
    Sale = 2,

    /// <summary>A card action and nothing else.</summary>
    CardAction = 3,

    /// <summary>Goods of an earlier sale came back.</summary>
    Return = 4,

    /// <summary>An earlier operation is undone as a whole.</summary>
    Reversal = 5,

    /// <summary>The card's last transaction: no points, no customer, blocked.</summary>
    Retirement = 6,

    /// <summary>Somebody in the shop put points on the card, or took some off.</summary>
    Adjustment = 7,
}

/// <summary>How a transaction came about. Bits that this release does not know are kept.</summary>
[Flags]
public enum Circumstances : byte
{
    None = 0,

    /// <summary>Decided without the server.</summary>
    Offline = 1,

    /// <summary>The server drove the card through the terminal.</summary>
    Centralised = 2,

    /// <summary>A card action was applied in this transaction.</summary>
    CardActionApplied = 4,
}

/// <summary>One record of the log, 64 bytes: a transaction, and in it the state of the card after
/// it.</summary>
/// <remarks>Points are 0 to 2³¹ − 1. Each committed transaction writes one record.</remarks>
public sealed record LogRecord
{
    public const int Length = 64;

    /// <summary>n: the transaction MAC counter of the commit that wrote it; 1 at birth.</summary>
    public required uint Counter { get; init; }

    /// <summary>When, in whole seconds, 2020-01-01 to 2156-02-07 UTC; what is below a second is
    /// dropped.</summary>
    public required DateTimeOffset Time
    {
        get;
        init => field = CardTime.FromSeconds(CardTime.ToSeconds(value));
    }

    public required uint Terminal { get; init; }

    /// <summary>The entry of that terminal's journal that holds the intent.</summary>
    public required uint Sequence { get; init; }

    public required LogKind Kind { get; init; }

    public Circumstances Circumstances { get; init; }

    /// <summary>The version of the rules by which the points were reckoned.</summary>
    public ushort RuleSetVersion { get; init; }

    /// <summary>What the operation itself put on the card; for a return or reversal what it gave
    /// back.</summary>
    public int Earned { get; init; }

    /// <summary>What the operation itself took off; for a return or reversal what it took back.</summary>
    public int Redeemed { get; init; }

    /// <summary>What the checkout came to, in minor units of the programme's currency; negative for a
    /// return.</summary>
    public int Amount { get; init; }

    public int BalanceAfter { get; init; }

    /// <summary>0 to 2⁴⁸ − 1.</summary>
    public required ulong CardNumber { get; init; }

    public byte Tier { get; init; }

    public bool Blocked { get; init; }

    /// <summary>The last day on which the card is valid; null for no end. 2000-01-02 to 2179-06-06.</summary>
    public DateOnly? CardExpiry { get; init; }

    /// <summary>The number of the last card action applied; 0 for none.</summary>
    public ushort LastCardAction { get; init; }

    /// <summary>Operations decided offline after <see cref="AcknowledgedCounter"/>; 255 means that many or
    /// more.</summary>
    public byte OfflineOperations { get; init; }

    /// <summary>Points redeemed offline after <see cref="AcknowledgedCounter"/>.</summary>
    public int OfflinePoints { get; init; }

    /// <summary>The highest counter of this card that headquarters had acknowledged.</summary>
    public uint AcknowledgedCounter { get; init; }

    /// <summary>The day from which <see cref="NextExpiryPoints"/> are withheld; null for none.</summary>
    public DateOnly? NextExpiry { get; init; }

    public int NextExpiryPoints { get; init; }

    /// <summary>Whether a record can have this <see cref="Time"/>.</summary>
    public static bool CanHold(DateTimeOffset time) => CardTime.CanHold(time);

    /// <summary>Writes the 64 bytes that docs/card.md lays down.</summary>
    /// <exception cref="OverflowException">A property is out of its range.</exception>
    public void Encode(Span<byte> to)
    {
        var record = new ByteWriter(to[..Length]);
        record.UInt32(Counter);
        record.UInt32(CardTime.ToSeconds(Time));
        record.UInt32(Terminal);
        record.UInt32(Sequence);
        record.Byte((byte)Kind);
        record.Byte((byte)Circumstances);
        record.UInt16(RuleSetVersion);
        record.UInt32((uint)Earned);
        record.UInt32((uint)Redeemed);
        record.Int32(Amount);
        record.UInt32((uint)BalanceAfter);
        record.UInt48(CardNumber);
        record.Byte(CardLayout.Version);
        record.Byte(Tier);
        record.Byte(Blocked ? (byte)1 : (byte)0);
        record.Byte(OfflineOperations);
        record.UInt16(CardTime.ToDays(CardExpiry));
        record.UInt16(LastCardAction);
        record.UInt32((uint)OfflinePoints);
        record.UInt32(AcknowledgedCounter);
        record.UInt16(CardTime.ToDays(NextExpiry));
        record.UInt32((uint)NextExpiryPoints);
    }

    /// <param name="bytes">64 bytes.</param>
    /// <exception cref="CardForeignException">A layout version, kind or value that this release does not
    /// know.</exception>
    public static LogRecord Decode(ReadOnlySpan<byte> bytes) =>
        TryDecode(bytes) ?? throw CardForeignException.UnknownLayout("log record");

    /// <summary>The record, or null where <see cref="Decode"/> throws.</summary>
    public static LogRecord? TryDecode(ReadOnlySpan<byte> bytes)
    {
        if (!IsKnown(bytes))
            return null;

        var from = new ByteReader(bytes);
        return new LogRecord
        {
            Counter = from.UInt32(),
            Time = CardTime.FromSeconds(from.UInt32()),
            Terminal = from.UInt32(),
            Sequence = from.UInt32(),
            Kind = (LogKind)from.Byte(),
            Circumstances = (Circumstances)from.Byte(),
            RuleSetVersion = from.UInt16(),
            Earned = from.Int32(),
            Redeemed = from.Int32(),
            Amount = from.Int32(),
            BalanceAfter = from.Int32(),
            CardNumber = from.UInt48(),
            Tier = from.Bytes(2)[1], // after the layout version
            Blocked = from.Byte() == 1,
            OfflineOperations = from.Byte(),
            CardExpiry = CardTime.FromDays(from.UInt16()),
            LastCardAction = from.UInt16(),
            OfflinePoints = from.Int32(),
            AcknowledgedCounter = from.UInt32(),
            NextExpiry = CardTime.FromDays(from.UInt16()),
            NextExpiryPoints = from.Int32(),
        };
    }

    private static bool IsKnown(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Length
        && bytes[42] == CardLayout.Version
        && Enum.IsDefined((LogKind)bytes[16])
        && bytes[44] <= 1
        && (bytes[23] | bytes[27] | bytes[35] | bytes[53] | bytes[63]) < 0x80; // points have 31 bits
}
