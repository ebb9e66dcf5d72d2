namespace SmartCardCrm.Fuzz.Targets;

/// <summary>Everything that is fed.</summary>
internal static class AllTargets
{
    public static IReadOnlyList<Target> All { get; } =
        [.. ChipTargets.All, .. TerminalTargets.All, .. ParserTargets.All];
}
