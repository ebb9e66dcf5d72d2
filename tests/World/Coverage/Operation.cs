using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Terminal;

namespace SmartCardCrm.World;

/// <summary>What a tap is doing, by the commands it sends.</summary>
internal static class Operation
{
    /// <summary>Neither earns nor redeems; a refused sale counts here too, for it ends before it
    /// differs.</summary>
    public const string Visit = "visit";

    /// <summary>Earns only.</summary>
    public const string Earn = "earn";

    /// <summary>Redeems, and may earn.</summary>
    public const string Redeem = "redeem";

    /// <summary>Applies card actions first, whatever else it does.</summary>
    public const string Action = "action";

    /// <summary>Undoes an earlier sale.</summary>
    public const string Undo = "undo";

    /// <summary>Moves points on a supervisor's word.</summary>
    public const string Adjust = "adjust";

    /// <summary>Asks the card about a doubt; a sale that follows is what that sale is.</summary>
    public const string Settle = "settle";

    // No card of the world expires, and its rules hold anywhere and at any time.
    private static readonly DateOnly AnyDay = DateOnly.MinValue;

    /// <summary>What a terminal is about to do with a card, from what the chip and the replica hold
    /// now.</summary>
    public static string Of(Till till, Purchase purchase)
    {
        var card = purchase.Card;
        if (till.Journal.DoubtsToSettle(card.Uid).Count > 0)
            return Settle;
        if (card.Newest is not { } newest)
            return Visit;
        var reading = new CardReading(card.Uid, newest.Record, newest.Points);
        var asked = AskedBy(till, purchase);
        ICardKnowledge knowledge = till.Replica;
        var sight = knowledge.Look(card.Uid) with { Left = till.Journal.Left(card.Uid) };
        return CardDecider.Decide(reading, sight, asked) switch
        {
            CardDecision.Approved { Actions.Count: > 0 } => Action,
            CardDecision.Approved { Terms.Kind: LogKind.Reversal } => Undo,
            CardDecision.Approved { Terms.Kind: LogKind.Adjustment } => Adjust,
            CardDecision.Approved { Terms.Redeemed: > 0 } => Redeem,
            CardDecision.Approved { Terms.Earned: > 0 } => Earn,
            _ => Visit,
        };
    }

    private static Asked AskedBy(Till till, Purchase purchase)
    {
        var place = new AskedPlace(purchase.Terminal, Store: 0, AnyDay.ToDateTime(TimeOnly.MinValue), AnyDay);
        if (purchase.Request.Order is Order.Adjustment adjustment)
        {
            return new Asked.Adjust(
                adjustment, new Authority(till.Replica.Limits, new Used(0, TimeSpan.Zero)), place);
        }

        if (purchase.Undoes is null)
        {
            var basket = Basket.Of(new Money(purchase.Amount, "USD"));
            var authority = new Authority(till.Replica.Limits, new Used(0, TimeSpan.Zero));
            return new Asked.Sale(basket, purchase.Asked, authority, place);
        }

        var sold = new TerminalRecords(till.Journal, till.Replica, purchase.Terminal)
            .FindSale(purchase.Undoes.Checkout, purchase.SaleTold);
        return new Asked.Undo(LogKind.Reversal, sold, sold?.Rest ?? [], place);
    }
}
