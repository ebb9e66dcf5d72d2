namespace SmartCardCrm.World;

/// <summary>A small mistake such as people make, to measure whether the world finds it.</summary>
/// <param name="Name">In kebab-case; as the environment variable PLANTED names it.</param>
/// <param name="What">What it is, in one sentence.</param>
/// <param name="File">Where it is made, from the root, with forward slashes.</param>
/// <param name="Find">The right code; stands exactly once in the file.</param>
/// <param name="Replace">The right code and the wrong, chosen between by <see cref="Switch"/>.</param>
/// <param name="SeedsMost">Within how many seeds the world has to find it, at least 1.</param>
internal sealed record PlantedBug(
    string Name, string What, string File, string Find, string Replace, int SeedsMost)
{
    /// <summary>What its seeds run with: options of the command line, with blanks between them. Empty for
    /// whatever the seed says; others are for mistakes that want a rare circumstance.</summary>
    public string Recipe { get; init; } = "";

    /// <summary>Stands in <see cref="Replace"/> for the question whether this bug is switched on.</summary>
    public const string Switch = "$bug";

    /// <summary>The file's text with the bug in it, behind its switch.</summary>
    /// <exception cref="InvalidOperationException">The code to replace does not stand there once.</exception>
    public string PlantIn(string text)
    {
        var at = text.IndexOf(Find, StringComparison.Ordinal);
        if (at < 0 || text.IndexOf(Find, at + 1, StringComparison.Ordinal) >= 0)
            throw new InvalidOperationException($"{Name} has no single place in {File}: {Find}");

        var planted = Replace.Replace(Switch, $"Planted.Is(\"{Name}\")", StringComparison.Ordinal);
        return string.Concat(text.AsSpan(0, at), planted, text.AsSpan(at + Find.Length));
    }
}

/// <summary>All planted bugs.</summary>
internal static class PlantedBugs
{
    public static IReadOnlyList<PlantedBug> All { get; } =
    [
        .. TapBugs.All, .. CentralBugs.All, .. TerminalBugs.All, .. CardBugs.All, .. RuleBugs.All,
        .. IntakeBugs.All, .. ReconciliationBugs.All,
    ];
}
