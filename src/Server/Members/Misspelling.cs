namespace SmartCardCrm.Server.Members;

/// <summary>How far apart two spellings are.</summary>
internal static class Misspelling
{
    /// <summary>The fewest letters put in, left out, changed, or exchanged with their neighbours that make
    /// one word of the other, none of them touched twice (Damerau 1964, restricted to string
    /// alignment).</summary>
    public static int Distance(string one, string other)
    {
        var rows = new int[3][];
        for (var row = 0; row < rows.Length; row++)
            rows[row] = new int[other.Length + 1];
        for (var column = 0; column <= other.Length; column++)
            rows[0][column] = column;
        for (var row = 1; row <= one.Length; row++)
        {
            var (now, above, twoAbove) = (rows[row % 3], rows[(row - 1) % 3], rows[(row + 1) % 3]);
            now[0] = row;
            for (var column = 1; column <= other.Length; column++)
            {
                var changed = above[column - 1] + (one[row - 1] == other[column - 1] ? 0 : 1);
                now[column] = Math.Min(changed, Math.Min(above[column], now[column - 1]) + 1);
                if (row > 1 && column > 1
                    && (one[row - 1], one[row - 2]) == (other[column - 2], other[column - 1]))
                    now[column] = Math.Min(now[column], twoAbove[column - 2] + 1);
            }
        }

        return rows[one.Length % 3][other.Length];
    }
}
