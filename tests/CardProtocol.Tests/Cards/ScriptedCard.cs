namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>A card that knows one conversation, byte for byte.</summary>
/// <param name="exchange">Lines <c>&gt; command</c> and <c>&lt; answer</c> in hex, in turn.</param>
internal sealed class ScriptedCard(params string[] exchange) : ICardChannel
{
    private int _line;

    /// <summary>A bit of the conversation's last answer that is flipped on its way, counted from its
    /// first.</summary>
    public int? FlippedBit { get; init; }

    public bool IsThrough => _line == exchange.Length;

    public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
    {
        Assert.Equal(exchange[_line++], "> " + Convert.ToHexString(command));
        var bytes = Convert.FromHexString(exchange[_line++][2..]);
        if (IsThrough && FlippedBit is { } bit)
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        bytes.CopyTo(answer);
        return bytes.Length;
    }
}
