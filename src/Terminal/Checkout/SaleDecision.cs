using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Terminal;

/// <summary>What a tap has read.</summary>
/// <param name="Newest">The newest record of the log.</param>
/// <param name="Balance">The value file, which the chip itself attests.</param>
internal sealed record CardReading(Uid Uid, LogRecord Newest, int Balance);

/// <summary>What a terminal decides about a card and a checkout.</summary>
internal abstract record CardDecision
{
    private CardDecision() { }

    /// <summary>The sale goes ahead.</summary>
    /// <param name="Request">As the rules were asked.</param>
    /// <param name="Actions">Card actions to apply first, in order.</param>
    public sealed record Approved(
        SaleRequest Request, SaleTerms Terms, IReadOnlyList<AppliedCardAction> Actions) : CardDecision;

    /// <summary>The programme says no.</summary>
    public sealed record Declined(DeclineReason Reason) : CardDecision;

    /// <summary>The card contradicts what is known of it: a copy, or rolled back.</summary>
    /// <param name="Code">As in Suspicion of terminal.proto.</param>
    public sealed record Contradicted(uint CounterKnown, int BalanceKnown, string Code) : CardDecision;
}

/// <summary>What is asked of a terminal.</summary>
/// <param name="PointsAsked">Points to redeem.</param>
/// <param name="LocalTime">The store's wall clock, to the second, as rules see it.</param>
/// <param name="Today">The store's, by the terminal's own clock.</param>
internal sealed record AskedSale(
    Basket Basket, int PointsAsked, uint Store, DateTime LocalTime, DateOnly Today);

/// <summary>Decides a sale from what the card, the replica and the till say: a pure function.</summary>
internal static class CardDecider
{
    public const string CounterBehind = "counter-behind";
    public const string StateDiffers = "state-differs";
    public const string DoubtBehind = "doubt-behind";

    // Points that a card unknown to the replica may redeem.
    private const int StrangerRedeemMost = 0;

    /// <param name="known">What the replica has of the card; null for a stranger.</param>
    /// <param name="rules">The rules in force; null before the first feed.</param>
    public static CardDecision Decide(
        CardReading reading, KnownCard? known, RuleSet? rules, AskedSale asked)
    {
        if (Contradiction(reading, known?.Item) is { } contradiction)
            return contradiction;
        if (Refusal(reading.Newest, known?.Item, asked.Today) is { } reason)
            return new CardDecision.Declined(reason);
        if (rules is null)
            return new CardDecision.Declined(DeclineReason.NoRules);

        var actions = PendingCardActions.Apply(
            reading.Newest.LastCardAction, reading.Balance, rules.CardBalanceMost, known?.Pending ?? []);
        var request = new SaleRequest(
            asked.Basket, OccasionFor(reading, known, asked), Redeemable(known, asked));
        var balance = reading.Balance + actions.Sum(a => a.Points);
        return Sale.Decide(request, balance, rules) switch
        {
            SaleDecision.Approved(var terms) => new CardDecision.Approved(request, terms, actions),
            SaleDecision.Declined declined => new CardDecision.Declined(declined.Reason),
            var other => throw new System.Diagnostics.UnreachableException(other.ToString()),
        };
    }

    private static int Redeemable(KnownCard? known, AskedSale asked) =>
        known is null ? Math.Min(asked.PointsAsked, StrangerRedeemMost) : asked.PointsAsked;

    private static Occasion OccasionFor(CardReading reading, KnownCard? known, AskedSale asked) =>
        new(reading.Newest.Tier, [.. known?.Item.Segments ?? []], asked.Store, asked.LocalTime);

    private static CardDecision.Contradicted? Contradiction(CardReading reading, CardItem? known)
    {
        var newest = reading.Newest;
        if (newest.BalanceAfter != reading.Balance)
            return new CardDecision.Contradicted(newest.Counter, newest.BalanceAfter, StateDiffers);
        if (known is null || newest.Counter > known.AcknowledgedCounter)
            return null;
        if (newest.Counter < known.AcknowledgedCounter)
            return new CardDecision.Contradicted(
                known.AcknowledgedCounter, known.AcknowledgedBalance, CounterBehind);

        return reading.Balance == known.AcknowledgedBalance && newest.LastCardAction == known.LastCardAction
            ? null
            : new CardDecision.Contradicted(
                known.AcknowledgedCounter, known.AcknowledgedBalance, StateDiffers);
    }

    private static DeclineReason? Refusal(LogRecord newest, CardItem? known, DateOnly today)
    {
        if (known is not null && known.Card.CardNumber != newest.CardNumber)
            return DeclineReason.CardUnknown;
        if (newest.Blocked)
            return DeclineReason.CardBlocked;
        if (newest.CardExpiry < today)
            return DeclineReason.CardExpired;

        return known?.Status switch
        {
            null or CardStatus.Active => null,
            CardStatus.Blocked or CardStatus.Retired => DeclineReason.CardBlocked,
            _ => DeclineReason.CardUnknown,
        };
    }
}
