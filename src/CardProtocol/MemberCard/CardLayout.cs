namespace SmartCardCrm.CardProtocol;

/// <summary>What is where on the chip; docs/card.md has every byte.</summary>
internal static class CardLayout
{
    /// <summary>The layout version in every file of ours.</summary>
    public const byte Version = 1;

    /// <summary>Most bytes that one answer holds in full mode: 239, so three records.</summary>
    public const int RecordsPerAnswerMost = 3;

    /// <summary>The ring has one record more, for the pending write.</summary>
    public const int RecordsKept = 10;

    /// <summary>KeySett1: key 0 changes keys and settings, creates and lists; itself can be
    /// changed.</summary>
    public const byte KeySettings = 0x09;

    /// <summary>KeySett2: six AES keys, no ISO file ids.</summary>
    public const byte KeyKind = 0x86;

    public static readonly Aid Application = new(0xF5, 0x43, 0x52);

    public static readonly FileRef IdentityFile = new(1, CommMode.Full);
    public static readonly FileRef MemberFile = new(2, CommMode.Full);
    public static readonly FileRef Points = new(3, CommMode.Full);
    public static readonly FileRef Log = new(4, CommMode.Full);
    public static readonly FileRef TransactionMacFile = new(5, CommMode.Mac);

    /// <summary>The identity is written once, under the issuer key.</summary>
    public static readonly AccessRights IdentityRights = new(Read: 1, Write: 0, ReadWrite: 0, Change: 0);

    /// <summary>Everything else is read under the enquiry key and changed under the sale key.</summary>
    public static readonly AccessRights SaleRights = new(Read: 1, Write: 0xF, ReadWrite: 2, Change: 0);
}

/// <summary>Days and instants as the card has them.</summary>
internal static class CardTime
{
    private static readonly DateOnly DayZero = new(2000, 1, 1);

    /// <summary>When the card's seconds begin; they end on 2156-02-07.</summary>
    public static readonly DateTimeOffset Epoch = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Days since 2000-01-01, 1 to 65,535 (2179-06-06); 0 for none.</summary>
    /// <exception cref="OverflowException">The day is out of range.</exception>
    public static ushort ToDays(DateOnly? day) =>
        (ushort)(day is { } some ? some.DayNumber - DayZero.DayNumber : 0);

    public static DateOnly? FromDays(ushort days) => days == 0 ? null : DayZero.AddDays(days);

    /// <summary>Whole seconds since <see cref="Epoch"/>; what is below a second is dropped.</summary>
    /// <exception cref="OverflowException">The instant is out of range.</exception>
    public static uint ToSeconds(DateTimeOffset time) =>
        (uint)((time - Epoch).Ticks / TimeSpan.TicksPerSecond);

    /// <summary>Whether <see cref="ToDays"/> takes the day.</summary>
    public static bool CanHold(DateOnly day) =>
        day > DayZero && day.DayNumber - DayZero.DayNumber <= ushort.MaxValue;

    /// <summary>Whether <see cref="ToSeconds"/> takes the instant.</summary>
    public static bool CanHold(DateTimeOffset time) =>
        time >= Epoch && time < FromSeconds(uint.MaxValue).AddSeconds(1);

    public static DateTimeOffset FromSeconds(uint seconds) => Epoch.AddSeconds(seconds);
}
