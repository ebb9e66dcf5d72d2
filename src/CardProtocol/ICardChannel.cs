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

/// <summary>Fills a buffer with random bytes that nobody can foresee; a test replays its own.</summary>
public delegate void FillRandom(Span<byte> bytes);
