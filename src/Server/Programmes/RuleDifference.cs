using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Server.Programmes;

/// <summary>A rule that is not in both rule sets as it is in one.</summary>
/// <param name="Before">Null where it is new.</param>
/// <param name="After">Null where it is gone.</param>
internal sealed record RuleChange(Rule? Before, Rule? After);

/// <summary>What is different between two rule sets. A rule is the same one where it has the same
/// code.</summary>
/// <param name="Rules">In their order; those that are gone at the end.</param>
/// <param name="IsReordered">Whether rules of both are applied in another order.</param>
/// <param name="Sections">Of <see cref="RuleSection"/>.</param>
internal sealed record RuleDifference(
    IReadOnlyList<RuleChange> Rules, bool IsReordered, IReadOnlyList<string> Sections)
{
    private static readonly RuleSet Blank = ProgrammeBook.FirstRules with { Rules = [] };

    /// <summary>Whether there is none.</summary>
    public bool IsNone => Rules.Count == 0 && !IsReordered && Sections.Count == 0;

    public static RuleDifference Of(RuleSet before, RuleSet after)
    {
        var old = before.Rules.ToDictionary(rule => rule.Code, StringComparer.Ordinal);
        var kept = after.Rules.Select(rule => rule.Code).ToHashSet(StringComparer.Ordinal);
        return new RuleDifference(
            [
                .. after.Rules.Select(rule => new RuleChange(old.GetValueOrDefault(rule.Code), rule))
                    .Where(change => change.Before is null || !AreSame(change.Before, change.After!)),
                .. before.Rules.Where(rule => !kept.Contains(rule.Code))
                    .Select(rule => new RuleChange(rule, null)),
            ],
            !before.Rules.Select(rule => rule.Code).Where(kept.Contains)
                .SequenceEqual(after.Rules.Select(rule => rule.Code).Where(old.ContainsKey)),
            [.. RuleSection.All.Where(section =>
                !AreSame(RuleSection.Only(section, before), RuleSection.Only(section, after)))]);
    }

    /// <summary>Whether two rules say the same.</summary>
    public static bool AreSame(Rule one, Rule other) =>
        AreSame(Blank with { Rules = [one] }, Blank with { Rules = [other] });

    // Lists in a rule set are compared as they are written down.
    private static bool AreSame(RuleSet one, RuleSet other) =>
        one.ToDocument().AsSpan().SequenceEqual(other.ToDocument());
}

/// <summary>What a rule set says beside its rules, in parts.</summary>
internal static class RuleSection
{
    public const string Counting = "counting";
    public const string Redemption = "redemption";
    public const string Validity = "validity";
    public const string Tiers = "tiers";
    public const string Returns = "returns";

    public static readonly IReadOnlyList<string> All = [Redemption, Validity, Tiers, Counting, Returns];

    /// <summary>A rule set that has nothing else of another.</summary>
    public static RuleSet Only(string section, RuleSet of)
    {
        var blank = ProgrammeBook.FirstRules with { Rules = [] };
        return section switch
        {
            Counting => blank with { Counting = of.Counting },
            Redemption => blank with { Redemption = of.Redemption },
            Validity => blank with { Validity = of.Validity },
            Tiers => blank with { Tiers = of.Tiers },
            Returns => blank with { Returns = of.Returns },
            _ => throw new System.Diagnostics.UnreachableException(section),
        };
    }
}
