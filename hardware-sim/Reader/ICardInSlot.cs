namespace SmartCardCrm.Simulator.Reader;

/// <summary>
/// What a slot of the virtual reader holds. Called from the slot's thread and from the one that commands.
/// </summary>
public interface ICardInSlot
{
    /// <summary>As a contactless PC/SC reader would make it up.</summary>
    ReadOnlySpan<byte> Atr { get; }

    void Insert();

    void Remove();

    /// <summary>Power off, power on or reset: everything volatile is lost.</summary>
    void Reset();

    /// <returns>The answer; nothing when the card left before it could give one.</returns>
    byte[]? Transmit(ReadOnlySpan<byte> apdu);
}
