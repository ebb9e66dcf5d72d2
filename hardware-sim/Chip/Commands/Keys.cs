using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>
/// Keys and key settings of the selected level. Sources: AN12343, table 39; AN12196, table 26.
/// </summary>
internal static class Keys
{
    private const byte TypeBits = 0xC0;
    private const byte SetFollows = 0x40;

    public static IEnumerable<Command> Commands =>
    [
        new(0x45, Protection.Mac, GetSettings),
        new(0x54, Protection.Full, ChangeSettings) { Header = 0, Length = 1 },
        new(0x64, Protection.Mac, GetVersion) { LengthLeast = 1, LengthMost = 2 },
        new(0xC4, Protection.Full, Change)
        {
            Header = 1,
            LengthLeast = 1 + KeyCryptogram.LengthLeast,
            LengthMost = 1 + KeyCryptogram.LengthMost,
        },
    ];

    /// <exception cref="RefusedException">The selected level has no such key.</exception>
    public static CardKey Find(ChipState card, byte number)
    {
        RefusedException.When(number >= card.Level.Keys.Count, Status.NoSuchKey);
        return card.Level.Keys[number];
    }

    /// <summary>As <see cref="Find"/>; bit 7 of the number for the second application, as dumacp's ev2
    /// library sends it.</summary>
    /// <exception cref="RefusedException">The application has no such key.</exception>
    public static CardKey FindInEither(ChipState card, byte number)
    {
        if (card.Second is not { } second || (number & ChipState.OfSecond) == 0)
            return Find(card, number);

        var own = number & ~ChipState.OfSecond;
        RefusedException.When(own >= second.Keys.Count, Status.NoSuchKey);
        return second.Keys[own];
    }

    private static Answer GetSettings(ChipState card, Call call)
    {
        Access.RequireListing(card);
        return card.Selected switch
        {
            null => Answer.Of(card.Memory.KeySettings, PiccKeySettings2(card.Memory)),
            { KeySettings3: { } third } app => Answer.Of(app.KeySettings, app.KeySettings2, third),
            { } app => Answer.Of(app.KeySettings, app.KeySettings2),
        };
    }

    private static Answer ChangeSettings(ChipState card, Call call)
    {
        Access.RequireSettingsChange(card);
        card.Level.KeySettings = call.Bytes[0];
        return Answer.Empty;
    }

    /// <summary>Key number and, where given, the key set; set 0 is in force.</summary>
    private static Answer GetVersion(ChipState card, Call call)
    {
        var set = call.Bytes.Length == 2 ? call.Bytes[1] : (byte)0;
        return Answer.Of(KeySets.Find(card, set, (byte)(call.Bytes[0] & ~SetFollows)).Version);
    }

    private static Answer Change(ChipState card, Call call)
    {
        var (number, type) = Named(card, call.Bytes[0]);
        var old = Find(card, number);
        Access.RequireKeyChange(card, number);
        var isOwn = card.Session!.KeyNumber == number;
        card.Level.Keys[number] = KeyCryptogram.Read(
            card.Session, call, headerLength: 1, type, isOwn ? null : old);
        return isOwn ? Answer.Farewell : Answer.Empty;
    }

    /// <summary>At PICC level the two upper bits are the type of the new key; in an application all keys are
    /// of one type.</summary>
    private static (byte Number, KeyType Type) Named(ChipState card, byte sent) =>
        card.Selected is { } application
            ? (sent, TypeOf(application.KeySettings2))
            : ((byte)(sent & ~TypeBits), TypeOf(sent));

    /// <summary>The type in bits 7–6.</summary>
    /// <exception cref="RefusedException">There is no such type.</exception>
    public static KeyType TypeOf(byte bits) => (bits & TypeBits) switch
    {
        0x00 => KeyType.Des,
        0x40 => KeyType.Tdea3,
        0x80 => KeyType.Aes,
        _ => throw new RefusedException(Status.ParameterError),
    };

    private static byte PiccKeySettings2(ChipMemory memory) => memory.Keys[0].Type switch
    {
        KeyType.Aes => 0x81,
        KeyType.Tdea3 => 0x41,
        _ => 0x01,
    };
}
