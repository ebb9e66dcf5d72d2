using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Programmes;

namespace SmartCardCrm.Server.Console.Programme;

/// <summary>What the forms of a draft share.</summary>
internal static class DraftEditing
{
    /// <summary>Writes rules into a draft under the name it has.</summary>
    /// <param name="drafts">The book's.</param>
    /// <param name="draft">As it is now.</param>
    /// <param name="rules">Those of now, with what was typed.</param>
    /// <param name="revision">Of the draft that the form was filled from.</param>
    /// <param name="by">Who edits.</param>
    /// <returns>A stable code where it is not done.</returns>
    public static string? Save(
        this RuleDrafts drafts, RuleDraft draft, RuleSet rules, long revision, string by) =>
        rules.Fault is not null
            ? "rule-set"
            : CodeOf(drafts.Change(draft.Id, draft.Name, rules, revision, by));

    /// <summary>Why it was not done; null where it was.</summary>
    public static string? CodeOf(DraftAnswer answer) => (answer as DraftAnswer.Refused)?.Code;
}
