namespace SmartCardCrm.Simulator.Chip.Iso;

/// <summary>A short APDU taken apart: <c>CLA INS P1 P2 [Lc data] [Le]</c>.</summary>
/// <param name="P1">First parameter.</param>
/// <param name="P2">Second parameter.</param>
/// <param name="Data">What Lc announced; empty without Lc.</param>
/// <param name="Expected">Le, 1–256; nothing without Le.</param>
internal readonly record struct IsoApdu(byte P1, byte P2, ReadOnlyMemory<byte> Data, int? Expected)
{
    /// <summary>What Le 00 stands for.</summary>
    public const int ExpectedMost = 256;

    private const int HeaderLength = 4;

    /// <param name="apdu">At least 4 bytes.</param>
    /// <exception cref="IsoRefusedException">6700: it is longer or shorter than it says.</exception>
    public static IsoApdu Parse(ReadOnlySpan<byte> apdu)
    {
        var (p1, p2) = (apdu[2], apdu[3]);
        var rest = apdu[HeaderLength..];
        if (rest.Length <= 1)
            return new IsoApdu(p1, p2, default, rest.IsEmpty ? null : ReadExpected(rest[0]));

        var after = rest.Length - 1 - rest[0];
        IsoRefusedException.When(rest[0] == 0 || after is not (0 or 1), IsoStatus.WrongLength);
        return new IsoApdu(
            p1, p2, rest.Slice(1, rest[0]).ToArray(), after == 0 ? null : ReadExpected(rest[^1]));
    }

    private static int ReadExpected(byte sent) => sent == 0 ? ExpectedMost : sent;
}
