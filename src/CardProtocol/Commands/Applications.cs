namespace SmartCardCrm.CardProtocol;

/// <summary>An application id, 3 bytes in the order in which they are sent.</summary>
internal readonly record struct Aid(byte First, byte Second, byte Third)
{
    /// <summary>The card itself: AID 000000.</summary>
    public static Aid Picc => default;

    public void WriteTo(ref ByteWriter to) => to.Bytes([First, Second, Third]);
}

/// <summary>Deletes all applications and gives their memory back; the card's own keys and settings stay.
/// Under the card's master key.</summary>
internal sealed record FormatPICC : ICommand<Nothing>
{
    public byte Ins => 0xFC;
    public CommMode Mode => CommMode.Mac;
    public Nothing Read(ReadOnlySpan<byte> data) => Nothing.Read(data);
}

/// <summary>Selects an application; ends the session and drops an open transaction.</summary>
internal sealed record SelectApplication(Aid Aid) : ICommand<Nothing>
{
    public byte Ins => 0x5A;
    public CommMode Mode => CommMode.Plain;
    public void WriteHeader(ref ByteWriter to) => Aid.WriteTo(ref to);
    public Nothing Read(ReadOnlySpan<byte> data) => Nothing.Read(data);
}

/// <summary>Creates an application; its keys start as the card's default key.</summary>
/// <param name="Aid">The new application's id.</param>
/// <param name="KeySettings">KeySett1: who may change keys and settings, create and list.</param>
/// <param name="KeyKind">KeySett2: type and number of keys; bit 5 set when it has an ISO name.</param>
/// <param name="Name">Its ISO 7816 name, by which phones find it; or null.</param>
internal sealed record CreateApplication(Aid Aid, byte KeySettings, byte KeyKind, IsoName? Name = null)
    : ICommand<Nothing>
{
    public byte Ins => 0xCA;
    public CommMode Mode => CommMode.Mac;

    public void WriteHeader(ref ByteWriter to)
    {
        Aid.WriteTo(ref to);
        to.Bytes([KeySettings, KeyKind]);
        if (Name is null)
            return;

        to.UInt16(Name.FileId);
        to.Bytes(Name.Bytes.Span);
    }

    public Nothing Read(ReadOnlySpan<byte> data) => Nothing.Read(data);
}

/// <summary>An application's ISO 7816 name.</summary>
/// <param name="FileId">Its two-byte id.</param>
/// <param name="Bytes">Its DF name, 1 to 16 bytes.</param>
internal sealed record IsoName(ushort FileId, ReadOnlyMemory<byte> Bytes);

/// <summary>The key settings of what is selected: the card itself, or an application.</summary>
internal sealed record GetKeySettings : ICommand<KeySettings>
{
    public byte Ins => 0x45;
    public CommMode Mode => CommMode.Mac;

    public KeySettings Read(ReadOnlySpan<byte> data) => data.Length >= 2
        ? new KeySettings(data[0], data[1])
        : throw new CardNotTrustedException($"The answer has {data.Length} bytes, not 2.");
}

/// <param name="Rules">KeySett1: who may change keys and settings, create and list.</param>
/// <param name="Kind">KeySett2: type and number of keys.</param>
internal readonly record struct KeySettings(byte Rules, byte Kind);

/// <summary>Replaces KeySett1 of what is selected.</summary>
internal sealed record ChangeKeySettings(byte Rules) : ICommand<Nothing>
{
    public byte Ins => 0x54;
    public CommMode Mode => CommMode.Full;
    public void WriteData(ref ByteWriter to) => to.Byte(Rules);
    public Nothing Read(ReadOnlySpan<byte> data) => Nothing.Read(data);
}

/// <summary>SetConfiguration, option 01: the AES key that the keys of new applications start as.</summary>
internal sealed record SetDefaultKey(CardKey Key) : ICommand<Nothing>
{
    private const byte DefaultKey = 0x01;
    private const int PaddedLength = 24;

    public byte Ins => 0x5C;
    public CommMode Mode => CommMode.Full;
    public void WriteHeader(ref ByteWriter to) => to.Byte(DefaultKey);

    public void WriteData(ref ByteWriter to)
    {
        to.Bytes(Key.Bytes);
        to.Next(PaddedLength - CardKey.Length).Clear();
        to.Byte(Key.Version);
    }

    public Nothing Read(ReadOnlySpan<byte> data) => Nothing.Read(data);
}
