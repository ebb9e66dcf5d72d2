using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.World;

/// <summary>A way to a card past all terminals: headquarters' bench, or somebody's own reader.</summary>
internal sealed class BenchChannel(ChainWorld world, PhysicalCard card) : ICardChannel
{
    public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
    {
        var bytes = card.Transmit(command, null) ?? throw new CardLostException("The card left the field.");
        world.Digest.Mix(bytes);
        bytes.CopyTo(answer);
        return bytes.Length;
    }
}
