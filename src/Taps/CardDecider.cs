using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Taps;

/// <summary>What a tap has read.</summary>
/// <param name="Newest">The newest record of the log.</param>
/// <param name="Balance">The value file, which the chip itself attests.</param>
internal sealed record CardReading(Uid Uid, LogRecord Newest, int Balance);

/// <summary>What is decided about a card and a checkout.</summary>
internal abstract record CardDecision
{
    private CardDecision() { }

    /// <summary>It goes ahead.</summary>
    /// <param name="Occasion">What the rules were told of the customer.</param>
    /// <param name="Actions">Card actions to apply first, in order.</param>
    /// <param name="Expiry">What expires next, afterwards.</param>
    public sealed record Approved(
        Occasion Occasion, OperationTerms Terms, IReadOnlyList<AppliedCardAction> Actions, NextExpiry Expiry)
        : CardDecision;

    /// <summary>The programme says no.</summary>
    public sealed record Declined(DeclineReason Reason) : CardDecision
    {
        /// <summary>What the card is told all the same: that it is blocked, or that nobody is to be known by
        /// it any more. Null where it says so already, or nothing is known.</summary>
        public Approved? Marking { get; init; }
    }

    /// <summary>The card contradicts what is known of it: a copy, or rolled back.</summary>
    /// <param name="Code">As in Suspicion of terminal.proto.</param>
    public sealed record Contradicted(uint CounterKnown, int BalanceKnown, string Code) : CardDecision;
}

/// <summary>Decides what a card is to do from what the card, headquarters and the till say: a pure
/// function.</summary>
internal static class CardDecider
{
    public const string CounterBehind = "counter-behind";
    public const string StateDiffers = "state-differs";
    public const string DoubtBehind = "doubt-behind";
    public const string CardBlocked = "card-blocked";
    public const string MacWrong = "mac-wrong";

    public static CardDecision Decide(CardReading reading, CardSight sight, Asked asked)
    {
        var (known, isListed, rules) = sight;
        var contradiction = Contradiction(reading, known?.Item)
            ?? WithOurs(reading, sight, asked.Place.Terminal);
        if (contradiction is not null)
            return contradiction;
        var isBlocked = isListed || known?.Item.Status is CardStatus.Blocked or CardStatus.Retired;
        var actions = rules is null ? [] : PendingCardActions.Apply(
            reading.Newest.LastCardAction, reading.Balance, rules.CardBalanceMost, PendingOf(reading, known));
        var saysBlocked = PendingCardActions.BlockedAfter(reading.Newest.Blocked, actions);
        if (isBlocked || saysBlocked)
        {
            return new CardDecision.Declined(DeclineReason.CardBlocked)
            {
                Marking = saysBlocked && rules is not null
                    && (!reading.Newest.Blocked || PendingCardActions.FileAfter(actions) is not null)
                        ? Mark(reading, known, actions, rules, asked)
                        : null,
            };
        }

        if (Refusal(reading.Newest, known?.Item, asked.Place.Today) is { } reason)
            return new CardDecision.Declined(reason);
        if (rules is null)
            return new CardDecision.Declined(DeclineReason.NoRules);

        var occasion = OccasionOf(reading, known, actions, asked);
        var balance = reading.Balance + actions.Sum(a => a.Points);
        var expiry = ExpiryOf(reading, known, actions);
        var withheld = expiry.Withheld(asked.Place.Today, balance);
        var (terms, declined) = asked switch
        {
            Asked.Sale sale => Sell(
                sale, occasion, AllowanceOf(sale, reading.Newest, known, balance - reading.Balance),
                (balance, withheld), rules),
            Asked.Undo undo => UndoSale(undo, reading.Newest, balance),
            Asked.Adjust adjust => Adjust(adjust, balance, rules),
            _ => throw new System.Diagnostics.UnreachableException(asked.ToString()),
        };
        return terms is not null
            ? new CardDecision.Approved(
                occasion, terms, actions, expiry.AfterSpending(asked.Place.Today, terms.Spent))
            : new CardDecision.Declined(declined);
    }

    /// <summary>What expires next as far as the card itself knows: what card actions take off is what
    /// expires, or has expired.</summary>
    public static NextExpiry ExpiryOf(LogRecord newest, IEnumerable<AppliedCardAction> actions) =>
        NextExpiry.Of(newest).Less(actions.Sum(action => Math.Max(-(long)action.Points, 0)));

    // Another card's are none of this one's business.
    private static IReadOnlyList<CardAction> PendingOf(CardReading reading, KnownCard? known) =>
        known is not null && known.Item.Card.CardNumber == reading.Newest.CardNumber ? known.Pending : [];

    // Card actions and nothing else.
    private static CardDecision.Approved Mark(
        CardReading reading, KnownCard? known, IReadOnlyList<AppliedCardAction> actions, RuleSet rules,
        Asked asked) => new(
        OccasionOf(reading, known, actions, asked),
        new OperationTerms(
            LogKind.CardAction, Earned: 0, Redeemed: 0, new Money(0, rules.Currency), DueMinor: 0,
            rules.Version),
        actions, ExpiryOf(reading, known, actions));

    private static Occasion OccasionOf(
        CardReading reading, KnownCard? known, IReadOnlyList<AppliedCardAction> actions, Asked asked) => new(
        PendingCardActions.TierAfter(reading.Newest.Tier, actions), [.. known?.Item.Segments ?? []],
        asked.Place.Store, asked.Place.LocalTime);

    private static NextExpiry ExpiryOf(
        CardReading reading, KnownCard? known, IReadOnlyList<AppliedCardAction> actions) =>
        known?.ExpiryAt(reading.Newest.Counter) ?? ExpiryOf(reading.Newest, actions);

    private static (OperationTerms? Terms, DeclineReason Declined) Sell(
        Asked.Sale asked, Occasion occasion, Allowance allowance, (int All, int Withheld) balance,
        RuleSet rules)
    {
        var request = new SaleRequest(
            asked.Basket, occasion, Math.Min(asked.PointsAsked, allowance.PointsMost));
        return Sale.Decide(request, balance.All, rules, balance.Withheld) switch
        {
            SaleDecision.Approved(var terms) => (
                OperationTerms.Of(terms, request) with
                {
                    RedemptionLimit = terms.RedemptionLimit
                        ?? (request.PointsAsked < asked.PointsAsked ? allowance.Limit : null),
                },
                default),
            SaleDecision.Declined(var reason) => (null, reason),
            var other => throw new System.Diagnostics.UnreachableException(other.ToString()),
        };
    }

    private static Allowance AllowanceOf(
        Asked.Sale asked, LogRecord newest, KnownCard? known, int fromActions)
    {
        // Headquarters has issued every card there is, and has a book of every point.
        if (asked.Authority.IsHeadquarters)
        {
            if (known?.PointsBooked is not { } booked)
                return new Allowance(0, RedemptionLimit.OfflineStranger);
            var most = (int)Math.Clamp(booked + (long)fromActions, 0, int.MaxValue);
            return new Allowance(most, RedemptionLimit.NotReported);
        }

        if (asked.Authority.Limits is not { } limits)
            return new Allowance(0, RedemptionLimit.NoLimits);
        var since = RunningState.Since(newest, known?.Item.AcknowledgedCounter ?? 0);
        return limits.Allow(new Standing(
            since.Points, since.Operations, asked.Authority.Used.DayPoints, asked.Authority.Used.ReplicaAge,
            known is null));
    }

    private static (OperationTerms? Terms, DeclineReason Declined) UndoSale(
        Asked.Undo asked, LogRecord newest, int balance)
    {
        if (asked.Sold is not { } sold)
            return (null, DeclineReason.SaleUnknown);
        if (sold.Intent.Card?.CardNumber != newest.CardNumber)
            return (null, DeclineReason.CardOther);
        return sold.Undo(asked.Now) is { } terms
            ? (sold.TermsFor(asked.Kind, terms, balance), default)
            : (null, DeclineReason.ReturnTooMuch);
    }

    private static (OperationTerms? Terms, DeclineReason Declined) Adjust(
        Asked.Adjust asked, int balance, RuleSet rules)
    {
        var points = asked.Order.Points;
        var used = asked.Authority.Used;
        if (asked.Authority.Limits?.AllowAdjustment(points, used.MovedToday, used.ReplicaAge) != true)
            return (null, DeclineReason.AdjustmentLimit);
        if (balance + (long)points < 0 || balance + (long)points > rules.CardBalanceMost)
            return (null, DeclineReason.AdjustmentBalance);
        return (
            new OperationTerms(
                LogKind.Adjustment, Math.Max(points, 0), Math.Max(-points, 0), new Money(0, rules.Currency),
                DueMinor: 0, rules.Version),
            default);
    }

    private static CardDecision.Contradicted? Contradiction(CardReading reading, CardItem? known)
    {
        var newest = reading.Newest;
        // No honest terminal writes a record that headquarters would have acknowledged beforehand.
        if (newest.BalanceAfter != reading.Balance || newest.AcknowledgedCounter >= newest.Counter
            || newest.Counter == uint.MaxValue)
        {
            return new CardDecision.Contradicted(newest.Counter, newest.BalanceAfter, StateDiffers);
        }

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

    // What this terminal did with a card, headquarters may not know for days. A chip that has begun anew
    // since counts anew.
    private static CardDecision.Contradicted? WithOurs(CardReading reading, CardSight sight, uint terminal)
    {
        var newest = reading.Newest;
        if (sight.Left is not { } left || left.Card.CardNumber != newest.CardNumber
            || newest.Counter > left.Counter
            || sight.Card?.Item.Card.Generation > Math.Max(left.Card.Generation, 1))
        {
            return null;
        }

        if (newest.Counter < left.Counter)
            return new CardDecision.Contradicted(left.Counter, left.Balance, CounterBehind);
        return (newest.Terminal, newest.Sequence, reading.Balance) == (terminal, left.Sequence, left.Balance)
            ? null
            : new CardDecision.Contradicted(left.Counter, left.Balance, StateDiffers);
    }

    private static DeclineReason? Refusal(LogRecord newest, CardItem? known, DateOnly today)
    {
        if (known is not null && known.Card.CardNumber != newest.CardNumber)
            return DeclineReason.CardUnknown;
        if (newest.CardExpiry < today)
            return DeclineReason.CardExpired;

        return known?.Status switch
        {
            null or CardStatus.Active => null,
            _ => DeclineReason.CardUnknown,
        };
    }
}
