namespace SmartCardCrm.CardProtocol;

/// <summary>An application id, 3 bytes in the order in which they are sent.</summary>
internal readonly record struct Aid(byte First, byte Second, byte Third)
{
    /// <summary>The card itself: AID 000000.</summary>
    public static Aid Picc => default;

    public void WriteTo(ref ByteWriter to) => to.Bytes([First, Second, Third]);
}

/// <summary>Selects an application; ends the session and drops an open transaction.</summary>
internal sealed record SelectApplication(Aid Aid) : ICommand<Nothing>
{
    public byte Ins => 0x5A;
    public CommMode Mode => CommMode.Plain;
    public void WriteHeader(ref ByteWriter to) => Aid.WriteTo(ref to);
    public Nothing Read(ReadOnlySpan<byte> data) => Nothing.Read(data);
}

/// <summary>Creates an application without ISO file ids; its keys start as the card's default key.</summary>
/// <param name="Aid">The new application's id.</param>
/// <param name="KeySettings">KeySett1: who may change keys and settings, create and list.</param>
/// <param name="KeyKind">KeySett2: type and number of keys.</param>
internal sealed record CreateApplication(Aid Aid, byte KeySettings, byte KeyKind) : ICommand<Nothing>
{
    public byte Ins => 0xCA;
    public CommMode Mode => CommMode.Mac;

    public void WriteHeader(ref ByteWriter to)
    {
        Aid.WriteTo(ref to);
        to.Bytes([KeySettings, KeyKind]);
    }

    public Nothing Read(ReadOnlySpan<byte> data) => Nothing.Read(data);
}
