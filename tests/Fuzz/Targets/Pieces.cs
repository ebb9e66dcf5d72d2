namespace SmartCardCrm.Fuzz.Targets;

/// <summary>An input cut into pieces: a length of one byte, then so many bytes; the last may be
/// shorter.</summary>
internal static class Pieces
{
    private const int PiecesMost = 48;

    public static IEnumerable<byte[]> Of(byte[] input)
    {
        var at = 0;
        for (var count = 0; at < input.Length && count < PiecesMost; count++)
        {
            var length = Math.Min(input[at++], input.Length - at);
            yield return input[at..(at + length)];
            at += length;
        }
    }

    /// <summary>The input that is cut into these; each has at most 255 bytes.</summary>
    public static byte[] Join(IEnumerable<byte[]> pieces) =>
        [.. pieces.SelectMany(piece => piece.Prepend((byte)piece.Length))];
}
