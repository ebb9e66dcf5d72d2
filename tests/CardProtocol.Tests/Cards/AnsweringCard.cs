namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>A card that gives one answer to everything.</summary>
internal sealed class AnsweringCard(string answer) : ICardChannel
{
    public int Transmit(ReadOnlySpan<byte> command, Span<byte> received)
    {
        var bytes = Convert.FromHexString(answer);
        bytes.CopyTo(received);
        return bytes.Length;
    }
}
