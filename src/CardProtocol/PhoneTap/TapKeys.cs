namespace SmartCardCrm.CardProtocol;

/// <summary>The keys of the tap application, by the number that diversification and the card use.</summary>
public enum TapKeyNumber : byte
{
    /// <summary>Changes keys, settings and the address.</summary>
    Owner = 0,

    /// <summary>Signs what a phone reads; the card's own.</summary>
    FileRead = 1,

    /// <summary>Hides UID and counter from onlookers. The same on every card, because who reads a message
    /// does not know yet whose it is; it vouches for nothing.</summary>
    MetaRead = 2,

    Spare3 = 3,
    Spare4 = 4,
}

/// <summary>The keys that the tap application of one card is to have.</summary>
/// <remarks>AN10922 over <c>UID(7) ‖ F5 43 53 ‖ key number(1) ‖ "SCCRM"</c>; MetaRead has zeros for the
/// UID.</remarks>
public sealed class TapKeys : IDisposable
{
    private readonly CardKey[] _keys;

    /// <param name="uid">The card.</param>
    /// <param name="owner">Root of keys 0, 3 and 4; no use to who only verifies. Read, not kept.</param>
    /// <param name="reading">Root of keys 1 and 2, with which messages are verified. Read, not kept.</param>
    /// <param name="bench">Root of the card's own keys, where it was pre-personalised; or null. Read, not
    /// kept.</param>
    public TapKeys(Uid uid, RootKey owner, RootKey reading, RootKey? bench = null)
    {
        _keys = [.. Enum.GetValues<TapKeyNumber>().Select(number => DeriveFor(uid, number, owner, reading))];
        Picc = bench is null ? null : new PiccKeys(uid, bench);
    }

    internal PiccKeys? Picc { get; }

    internal CardKey this[TapKeyNumber number] => _keys[(int)number];

    public void Dispose()
    {
        foreach (var key in _keys)
            key.Dispose();
        Picc?.Dispose();
    }

    internal static CardKey FileReadKey(Uid uid, RootKey reading) =>
        reading.Derive(uid, TapLayout.Application, (byte)TapKeyNumber.FileRead);

    internal static CardKey MetaReadKey(RootKey reading) =>
        reading.Derive(default, TapLayout.Application, (byte)TapKeyNumber.MetaRead);

    private static CardKey DeriveFor(Uid uid, TapKeyNumber number, RootKey owner, RootKey reading) =>
        number switch
        {
            TapKeyNumber.FileRead => FileReadKey(uid, reading),
            TapKeyNumber.MetaRead => MetaReadKey(reading),
            _ => owner.Derive(uid, TapLayout.Application, (byte)number),
        };
}

/// <summary>What is where in the tap application; docs/card.md has every byte.</summary>
internal static class TapLayout
{
    /// <summary>KeySett1: as in our own application, key 0 does everything.</summary>
    public const byte KeySettings = 0x09;

    /// <summary>KeySett2: five AES keys, ISO file ids. NTAG 424 DNA has the same five.</summary>
    public const byte KeyKind = 0xA5;

    public const int ContainerSize = 32;
    public const int AddressSize = 256;
    public const ushort ContainerId = 0xE103;
    public const ushort AddressId = 0xE104;

    /// <summary>On DESFire; NTAG 424 DNA has one application, without an AID, and our keys are derived for
    /// this one all the same.</summary>
    public static readonly Aid Application = new(0xF5, 0x43, 0x53);

    /// <summary>By which every phone looks for it (NFC Forum, Type 4 Tag).</summary>
    public static readonly IsoName Name =
        new(0xE110, new byte[] { 0xD2, 0x76, 0x00, 0x00, 0x85, 0x01, 0x01 });

    public static readonly FileRef Container = new(1, CommMode.Plain);
    public static readonly FileRef Address = new(2, CommMode.Mac);

    /// <summary>Everybody reads, key 0 does everything else.</summary>
    public static readonly AccessRights Rights =
        new(AccessRights.Everybody, Write: 0, ReadWrite: 0, Change: 0);

    /// <summary>The capability container: version 2.0, 256 bytes to read and 255 to write at a time, one
    /// NDEF file E104 of 256 bytes, read by all and written by none.</summary>
    public static ReadOnlySpan<byte> ContainerContent =>
    [
        0x00, 0x0F, 0x20, 0x01, 0x00, 0x00, 0xFF,
        0x04, 0x06, 0xE1, 0x04, 0x01, 0x00, 0x00, 0xFF,
    ];
}
