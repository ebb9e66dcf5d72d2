using System.Buffers.Binary;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>
/// Keys and key settings of the selected level. Sources: AN12343, table 39; AN12196, table 26.
/// </summary>
internal static class Keys
{
    private const int KeyLength = 16;
    private const byte TypeBits = 0xC0;
    private const byte AesType = 0x80;

    public static IEnumerable<Command> Commands =>
    [
        new(0x45, Protection.Mac, GetSettings),
        new(0x54, Protection.Full, ChangeSettings) { Header = 0, Length = 1 },
        new(0x64, Protection.Mac, GetVersion) { LengthLeast = 1, LengthMost = 2 },
        new(0xC4, Protection.Full, Change)
        {
            Header = 1,
            LengthLeast = 1 + KeyLength + 1,
            LengthMost = 1 + KeyLength + 1 + sizeof(uint),
        },
    ];

    /// <exception cref="RefusedException">The selected level has no such key.</exception>
    public static CardKey Find(ChipState card, byte number)
    {
        RefusedException.When(number >= card.Level.Keys.Count, Status.NoSuchKey);
        return card.Level.Keys[number];
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
        Access.RequireSettingsChange(card, call.Bytes[0]);
        card.Level.KeySettings = call.Bytes[0];
        return Answer.Empty;
    }

    /// <summary>Key number and, where given, the key set: the only one is 0.</summary>
    private static Answer GetVersion(ChipState card, Call call)
    {
        RefusedException.When(call.Bytes.Length == 2 && call.Bytes[1] != 0, Status.NoSuchKey);
        return Answer.Of(Find(card, (byte)(call.Bytes[0] & 0x3F)).Version);
    }

    private static Answer Change(ChipState card, Call call)
    {
        var number = KeyNumber(card, call.Bytes[0]);
        var old = Find(card, number);
        Access.RequireKeyChange(card, number);
        var isOwn = card.Session!.KeyNumber == number;
        card.Level.Keys[number] = isOwn ? ReadOwn(call.Bytes[1..]) : ReadOther(call.Bytes[1..], old);
        return isOwn ? Answer.Farewell : Answer.Empty;
    }

    /// <summary>At PICC level the two upper bits are the type of the new key; only AES is offered.</summary>
    private static byte KeyNumber(ChipState card, byte sent)
    {
        if (card.Selected is not null)
            return sent;

        RefusedException.When((sent & TypeBits) != AesType, Status.ParameterError);
        return (byte)(sent & ~TypeBits);
    }

    private static CardKey ReadOwn(ReadOnlySpan<byte> plain)
    {
        RefusedException.When(plain.Length != KeyLength + 1, Status.LengthError);
        return NewKey(plain[..KeyLength], plain[KeyLength]);
    }

    /// <summary>New key XOR old key, version, CRC32 of the new key.</summary>
    private static CardKey ReadOther(ReadOnlySpan<byte> plain, CardKey old)
    {
        RefusedException.When(plain.Length != KeyLength + 1 + sizeof(uint), Status.LengthError);
        var key = plain[..KeyLength].ToArray();
        for (var i = 0; i < KeyLength; i++)
            key[i] ^= old.Value[i];

        var crc = BinaryPrimitives.ReadUInt32LittleEndian(plain[(KeyLength + 1)..]);
        RefusedException.When(crc != Crc32.Compute(key), Status.IntegrityError);
        return NewKey(key, plain[KeyLength]);
    }

    private static CardKey NewKey(ReadOnlySpan<byte> value, byte version) =>
        new() { Type = KeyType.Aes, Value = value.ToArray(), Version = version };

    private static byte PiccKeySettings2(ChipMemory memory) =>
        (byte)(memory.Keys[0].Type == KeyType.Aes ? 0x81 : 0x01);
}
