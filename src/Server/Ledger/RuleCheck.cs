using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Taps;

namespace SmartCardCrm.Server.Ledger;

/// <summary>
/// Decides a proven transaction once more, by the rules it names. What a card signed is posted all the same;
/// a difference is the terminal's to explain.
/// </summary>
internal static class RuleCheck
{
    /// <summary>The rules that it names were never published.</summary>
    public const string RuleSetUnknown = "rule-set-unknown";

    /// <summary>A stable code for the first difference, or null where there is none.</summary>
    /// <param name="commit">What the card signed.</param>
    /// <param name="circumstance">What the till knew.</param>
    /// <param name="rules">The version that the record names; null where it was never published.</param>
    /// <param name="applied">The card actions that the record says were applied, as headquarters queued them
    /// and as far as it did.</param>
    /// <param name="told">What headquarters has told to expire next of a card that had done all that this one
    /// had.</param>
    public static string? Differs(
        ProvenCommit commit, Circumstance circumstance, RuleSet? rules,
        IReadOnlyList<AppliedCardAction> applied, IEnumerable<NextExpiry> told)
    {
        if (commit.Read is not { } read)
            return null;
        var today = StoreDays.DayOf(commit.Written.Time, circumstance.StoreZone);
        NextExpiry[] known = [CardDecider.ExpiryOf(read, applied), .. told];
        NextExpiry[] right =
        [
            .. known.Where(one =>
                one.AfterSpending(today, Spent(commit)) == NextExpiry.Of(commit.Written)),
        ];
        return right.Length == 0
            ? "expiry"
            : Differs(
                commit, read, circumstance.Asked, rules, applied,
                right.Select(one => one.Withheld(today, Spendable(commit))));
    }

    /// <summary>What a sale gives for later, by its rules; 0 for none, and where they cannot be
    /// asked.</summary>
    public static int PendingOf(ProvenCommit commit, SaleRequest? asked, RuleSet? rules) =>
        rules is { Validity.PendingDays: > 0 } && commit.Written.Kind == LogKind.Sale && asked is not null
        && Sale.Decide(asked, Spendable(commit), rules) is SaleDecision.Approved(var terms)
            ? terms.Pending
            : 0;

    private static string? Differs(
        ProvenCommit commit, LogRecord read, SaleRequest? asked, RuleSet? rules,
        IReadOnlyList<AppliedCardAction> applied, IEnumerable<int> withheld) =>
        StateDiffers(read, commit.Written, applied) ? "state"
        : ActionsDiffer(commit, read, applied) ? "card-actions"
        : FileDiffers(commit, applied) ? "member-file"
        : rules is null ? RuleSetUnknown
        : commit.Written.Kind is LogKind.Return or LogKind.Reversal ? null
        : commit.Written.Kind == LogKind.Adjustment ? (IsOneMove(commit.Written) ? null : "points")
        : commit.Written.Kind == LogKind.CardAction ? (IsEmpty(commit.Written) ? null : "points")
        : asked?.Basket.Total != new Money(commit.Written.Amount, rules.Currency) ? "basket"
        : asked.Occasion.Tier != commit.Written.Tier ? "tier"
        : withheld.All(points => PointsDiffer(commit, asked, rules, points)) ? "points"
        : null;

    // What only headquarters changes, by card actions or not at the till.
    private static bool StateDiffers(
        LogRecord read, LogRecord written, IReadOnlyList<AppliedCardAction> applied) =>
        (written.Tier, written.Blocked, written.CardExpiry)
            != (PendingCardActions.TierAfter(read.Tier, applied),
                PendingCardActions.BlockedAfter(read.Blocked, applied), read.CardExpiry);

    private static bool ActionsDiffer(
        ProvenCommit commit, LogRecord read, IReadOnlyList<AppliedCardAction> applied) =>
        applied.Count != commit.Written.LastCardAction - read.LastCardAction
        || applied.Sum(action => (long)action.Points) != commit.Adjusted;

    private static bool FileDiffers(ProvenCommit commit, IReadOnlyList<AppliedCardAction> applied) =>
        PendingCardActions.FileAfter(applied) is { } file
            ? commit.Profile != MemberFiles.ToProfile(file)
            : commit.WritesProfile;

    private static bool IsEmpty(LogRecord written) => written is { Earned: 0, Redeemed: 0, Amount: 0 };

    private static bool IsOneMove(LogRecord written) =>
        written is { Amount: 0, Earned: 0 } or { Amount: 0, Redeemed: 0 };

    private static bool PointsDiffer(ProvenCommit commit, SaleRequest asked, RuleSet rules, int withheld) =>
        Sale.Decide(asked, Spendable(commit), rules, withheld) is not SaleDecision.Approved(var terms)
        || (terms.Earned, terms.Redeemed) != (commit.Written.Earned, commit.Written.Redeemed);

    private static int Spendable(ProvenCommit commit) =>
        (int)Math.Clamp(commit.BalanceBefore + commit.Adjusted, 0, int.MaxValue);

    private static int Spent(ProvenCommit commit) =>
        commit.Written.Kind is LogKind.Sale or LogKind.Adjustment ? commit.Written.Redeemed : 0;
}
