using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Server.Ledger;

/// <summary>
/// Decides a proven transaction once more, by the rules it names. What a card signed is posted all the same;
/// a
/// difference is the terminal's to explain.
/// </summary>
internal static class RuleCheck
{
    /// <summary>The rules that it names were never published.</summary>
    public const string RuleSetUnknown = "rule-set-unknown";

    /// <summary>A stable code for the first difference, or null where there is none.</summary>
    /// <param name="commit">What the card signed.</param>
    /// <param name="asked">What the till says the rules were asked; null where that is not known.</param>
    /// <param name="rules">The version that the record names; null where it was never published.</param>
    /// <param name="applied">The card actions that the record says were applied, as headquarters queued them
    /// and as far as it did.</param>
    public static string? Differs(
        ProvenCommit commit, SaleRequest? asked, RuleSet? rules, IReadOnlyList<AppliedCardAction> applied) =>
        commit.Read is not { } read ? null
        : StateDiffers(read, commit.Written) ? "state"
        : ActionsDiffer(commit, read, applied) ? "card-actions"
        : rules is null ? RuleSetUnknown
        : commit.Written.Kind is LogKind.Return or LogKind.Reversal ? null
        : commit.Written.Kind == LogKind.Adjustment ? (IsOneMove(commit.Written) ? null : "points")
        : commit.Written.Kind == LogKind.CardAction ? (IsEmpty(commit.Written) ? null : "points")
        : asked?.Basket.Total != new Money(commit.Written.Amount, rules.Currency) ? "basket"
        : PointsDiffer(commit, asked with { Occasion = asked.Occasion with { Tier = read.Tier } }, rules)
            ? "points"
        : null;

    // What only headquarters changes, and in this release not at the till.
    private static bool StateDiffers(LogRecord read, LogRecord written) =>
        (written.Tier, written.Blocked, written.CardExpiry, written.NextExpiry, written.NextExpiryPoints)
        != (read.Tier, read.Blocked, read.CardExpiry, read.NextExpiry, read.NextExpiryPoints);

    private static bool ActionsDiffer(
        ProvenCommit commit, LogRecord read, IReadOnlyList<AppliedCardAction> applied) =>
        applied.Count != commit.Written.LastCardAction - read.LastCardAction
        || applied.Sum(action => (long)action.Points) != commit.Adjusted;

    private static bool IsEmpty(LogRecord written) => written is { Earned: 0, Redeemed: 0, Amount: 0 };

    private static bool IsOneMove(LogRecord written) =>
        written is { Amount: 0, Earned: 0 } or { Amount: 0, Redeemed: 0 };

    // The tier is what the card signed; the rest is what the till says.
    private static bool PointsDiffer(ProvenCommit commit, SaleRequest asked, RuleSet rules)
    {
        var written = commit.Written;
        var spendable = (int)Math.Clamp(commit.BalanceBefore + commit.Adjusted, 0, int.MaxValue);
        return Sale.Decide(asked, spendable, rules) is not SaleDecision.Approved(var terms)
            || (terms.Earned, terms.Redeemed) != (written.Earned, written.Redeemed);
    }
}
