namespace SmartCardCrm.CardProtocol;

/// <summary>A card in a reader, or whatever stands for one: bytes in, bytes out.</summary>
/// <remarks>Synchronous, because a PC/SC transmit blocks in the driver. One thread at a time.</remarks>
public interface ICardChannel
{
    /// <summary>Sends one command APDU and waits for its answer.</summary>
    /// <param name="command">A short APDU, 5 to 261 bytes. Read, not kept.</param>
    /// <param name="answer">Receives data and the two status bytes; at least 258 bytes long.</param>
    /// <returns>Length of the answer, 2 to 258.</returns>
    /// <exception cref="CardLostException">Card, reader or daemon is gone; the card may have
    /// acted.</exception>
    int Transmit(ReadOnlySpan<byte> command, Span<byte> answer);
}

/// <summary>A card at the end of a long way, where what is sure to be sent next can be sent
/// together.</summary>
public interface IDistantCard : ICardChannel
{
    /// <summary>Sends commands one after another, until one is answered with neither 9100 nor 91AF. Each
    /// answer is had when its command is transmitted; what is transmitted instead forgets those
    /// left.</summary>
    /// <param name="commands">As for <see cref="ICardChannel.Transmit"/>. Kept until then.</param>
    void SendAhead(IReadOnlyList<ReadOnlyMemory<byte>> commands);
}

/// <summary>Fills a buffer with random bytes that nobody can foresee; a test replays its own.</summary>
public delegate void FillRandom(Span<byte> bytes);
