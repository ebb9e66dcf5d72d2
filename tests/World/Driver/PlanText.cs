using System.Globalization;

namespace SmartCardCrm.World;

/// <summary>Plans as the command line writes them.</summary>
internal static class PlanText
{
    private const string Program = "tests/World/run.sh";

    /// <summary>The kinds of faults, one bit each, in their order.</summary>
    public static IReadOnlyList<Fault> Kinds { get; } =
        [.. Enum.GetValues<Fault>().Where(fault => fault is not (Fault.None or Fault.All))];

    /// <summary>As in <c>power-cut</c>.</summary>
    public static string NameOf(Fault kind) => string.Concat(
        kind.ToString().Select((letter, at) =>
            at > 0 && char.IsAsciiLetterUpper(letter) ? $"-{letter}" : letter.ToString()))
        .ToLowerInvariant();

    /// <summary>Names with commas between them; <c>none</c> and <c>all</c> for what they say.</summary>
    public static string NamesOf(Fault faults) => faults switch
    {
        Fault.None => "none",
        Fault.All => "all",
        _ => string.Join(',', Kinds.Where(kind => faults.HasFlag(kind)).Select(NameOf)),
    };

    /// <summary>Reads what <see cref="NamesOf"/> writes.</summary>
    /// <returns>Null where a name is none.</returns>
    public static Fault? ParseFaults(string names)
    {
        if (names is "none" or "all")
            return names is "none" ? Fault.None : Fault.All;

        var faults = Fault.None;
        foreach (var name in names.Split(','))
        {
            var kind = Kinds.FirstOrDefault(kind => NameOf(kind) == name);
            if (kind is Fault.None)
                return null;
            faults |= kind;
        }

        return faults;
    }

    /// <summary>The options that make this plan, all of them written out.</summary>
    public static IReadOnlyList<string> Options(WorldPlan plan) =>
    [
        "--seed", plan.Seed.ToString(CultureInfo.InvariantCulture),
        "--taps", plan.Taps.ToString(CultureInfo.InvariantCulture),
        "--members", plan.Members.ToString(CultureInfo.InvariantCulture),
        "--terminals", plan.Terminals.ToString(CultureInfo.InvariantCulture),
        "--faults", NamesOf(plan.Faults),
    ];

    /// <summary>The shortest command that runs this plan again.</summary>
    public static string Command(WorldPlan plan) => plan == WorldPlan.Of(plan.Seed)
        ? string.Create(CultureInfo.InvariantCulture, $"{Program} --seed {plan.Seed}")
        : $"{Program} {string.Join(' ', Options(plan))}";
}
