using System.Globalization;

namespace SmartCardCrm.World;

/// <summary>Bytes that go bad, where SQLite keeps what it needs most: file headers, page headers, frames of
/// the log; and anywhere.</summary>
internal static class DiskDamage
{
    private const int PageBytes = 4096;
    private const int LogHeaderBytes = 32;
    private const int FrameHeaderBytes = 24;
    private static readonly int[] Sizes = [1, 1, 4, 16, 512, PageBytes];

    /// <param name="file">Not empty.</param>
    /// <returns>What was done, for people.</returns>
    public static string Strike(SimulatedFile file, Dice dice)
    {
        var offset = Place(file, dice);
        var bytes = file.Content.Slice(offset, Math.Min(dice.Pick(Sizes), file.Length - offset)).ToArray();
        var how = dice.Below(3);
        if (how == 0)
            bytes[0] ^= (byte)(1 << dice.Below(8));
        else if (how == 1)
            Array.Clear(bytes);
        else
            dice.Fill(bytes);

        file.Corrupt(bytes, offset);
        var kind = how switch { 0 => "one bit", 1 => "zeros", _ => "noise" };
        return string.Create(CultureInfo.InvariantCulture, $"{kind}, {bytes.Length} bytes at {offset}");
    }

    private static int Place(SimulatedFile file, Dice dice)
    {
        var isLog = file.Name.EndsWith("-wal", StringComparison.Ordinal);
        var unit = isLog ? FrameHeaderBytes + PageBytes : PageBytes;
        var start = isLog ? LogHeaderBytes : 0;
        var page = start + (dice.Below(1 + (file.Length / unit)) * unit);
        var place = dice.Below(4) switch
        {
            0 => dice.Below(100),
            1 => page + dice.Below(FrameHeaderBytes),
            2 => page + dice.Below(unit),
            _ => dice.Below(file.Length),
        };
        return Math.Min(place, file.Length - 1);
    }
}
