namespace SmartCardCrm.Benchmarks.Growth;

/// <summary>
/// Names for many: given names that many share, and family names of which there are the more, the more people
/// there are, as among people.
/// </summary>
internal static class GrownNames
{
    private static readonly string[] Given =
        ["Alice", "Ben", "Clara", "David", "Emma", "Frank", "Grace", "Henry", "Irene", "Jack", "Kate", "Leo",
            "Mary", "Noah", "Olga", "Paul", "Rosa", "Simon", "Tina", "Victor", "Wendy", "Yuri", "Zoe"];

    private static readonly string[] Syllables =
        ["bar", "den", "fol", "gri", "han", "jor", "kel", "lum", "mer", "nov", "pet", "ros", "sil", "tor",
            "ulm", "ves", "wal", "yar", "zim", "cro", "ard", "ing", "osk", "ett"];

    // Without a factor in common with the number of family names.
    private const int Apart = 7_919;

    /// <param name="card">Ordinal, from 0.</param>
    public static string Of(int card)
    {
        var family = (int)((long)card * Apart % (Syllables.Length * Syllables.Length * Syllables.Length));
        var (first, rest) = Math.DivRem(family, Syllables.Length * Syllables.Length);
        var (second, third) = Math.DivRem(rest, Syllables.Length);
        var start = Syllables[first];
        return $"{Given[card % Given.Length]} "
            + $"{char.ToUpperInvariant(start[0])}{start[1..]}{Syllables[second]}{Syllables[third]}";
    }
}
