namespace SmartCardCrm.Loyalty.CardActions;

/// <summary>A change that headquarters asks the next tap to make.</summary>
/// <param name="Number">1, 2, 3 … per card and generation, without a hole.</param>
/// <param name="Points">Above zero puts points on the card, below takes them off; zero where something else
/// changes.</param>
/// <param name="Tier">The tier that the card is to have from then on; null where it stays.</param>
/// <param name="Blocks">Whether the card is to be blocked from then on; null where it stays.</param>
/// <param name="File">What its member file is to say from then on; null where it stays.</param>
public sealed record CardAction(
    int Number, int Points, byte? Tier = null, bool? Blocks = null, MemberFile? File = null);

/// <summary>A card action as a tap applies it.</summary>
/// <param name="Number">The action's number; it counts as done even where nothing could be taken.</param>
/// <param name="Points">What really changes on the card, signed; 0 where the balance or the cap left no
/// room.</param>
/// <param name="Tier">The tier that the card has from then on; null where it stays.</param>
/// <param name="Blocks">Whether the card is blocked from then on; null where it stays.</param>
/// <param name="File">What its member file says from then on; null where it stays.</param>
public sealed record AppliedCardAction(
    int Number, int Points, byte? Tier = null, bool? Blocks = null, MemberFile? File = null);

/// <summary>Applies pending card actions strictly in order, the same way on terminal and server.</summary>
public static class PendingCardActions
{
    /// <summary>
    /// The actions that this tap applies: last + 1, last + 2 … as far as they are known without a hole.
    /// </summary>
    /// <param name="lastApplied">The number the card carries, 0 for none.</param>
    /// <param name="balance">Points on the card before.</param>
    /// <param name="balanceMost">The card's cap; a credit stops there.</param>
    /// <param name="pending">What the replica knows, in any order; actions already applied are passed
    /// over.</param>
    public static IReadOnlyList<AppliedCardAction> Apply(
        int lastApplied, int balance, int balanceMost, IEnumerable<CardAction> pending)
    {
        var applied = new List<AppliedCardAction>();
        foreach (var action in pending.Where(a => a.Number > lastApplied).OrderBy(a => a.Number))
        {
            if (action.Number != lastApplied + 1)
                break;
            var points = action.Points < 0
                ? -Math.Min(-action.Points, balance)
                : Math.Min(action.Points, balanceMost - balance);
            applied.Add(new AppliedCardAction(
                action.Number, points, action.Tier, action.Blocks, action.File));
            balance += points;
            lastApplied = action.Number;
        }

        return applied;
    }

    /// <summary>The card's tier once actions are applied.</summary>
    /// <param name="before">The tier it has.</param>
    /// <param name="applied">In the order of their numbers.</param>
    public static byte TierAfter(byte before, IEnumerable<AppliedCardAction> applied) =>
        applied.Aggregate(before, (tier, action) => action.Tier ?? tier);

    /// <summary>Whether the card is blocked once actions are applied.</summary>
    /// <param name="before">Whether it is.</param>
    /// <param name="applied">In the order of their numbers.</param>
    public static bool BlockedAfter(bool before, IEnumerable<AppliedCardAction> applied) =>
        applied.Aggregate(before, (blocked, action) => action.Blocks ?? blocked);

    /// <summary>What is written into the card's member file when actions are applied; null for
    /// nothing.</summary>
    /// <param name="applied">In the order of their numbers.</param>
    public static MemberFile? FileAfter(IEnumerable<AppliedCardAction> applied) =>
        applied.Aggregate((MemberFile?)null, (file, action) => action.File ?? file);
}
