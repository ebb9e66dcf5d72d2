namespace SmartCardCrm.Loyalty.Programme;

/// <summary>What the till asks for.</summary>
/// <param name="Amount">What the basket costs, not negative.</param>
/// <param name="PointsAsked">Points the customer wants to spend, not negative; 0 for none. More than is
/// possible is cut down.</param>
public sealed record SaleRequest(Money Amount, int PointsAsked);

/// <summary>What a sale does to the card and to the bill.</summary>
/// <param name="Redeemed">Points taken off the card.</param>
/// <param name="Earned">Points put on the card.</param>
/// <param name="Due">What is left to pay in money.</param>
/// <param name="RuleSetVersion">The rules it was decided under.</param>
public sealed record SaleTerms(int Redeemed, int Earned, Money Due, int RuleSetVersion);

/// <summary>Why a sale with this card is not possible. The code is stable; texts are resources.</summary>
public enum DeclineReason
{
    /// <summary>The basket is in a currency the rule set does not know.</summary>
    CurrencyUnknown,

    /// <summary>The amount or the points asked for are negative.</summary>
    AmountNegative,

    /// <summary>The card is blocked, here or at headquarters.</summary>
    CardBlocked,

    /// <summary>The card's expiry day has passed.</summary>
    CardExpired,

    /// <summary>The card belongs to another programme or generation than the one known.</summary>
    CardUnknown,

    /// <summary>The card contradicts what is known of it: a copy, or rolled back.</summary>
    CardSuspect,

    /// <summary>The terminal has no rule set yet.</summary>
    NoRules,

    /// <summary>The terminal's clock is so wrong that the card's log cannot hold its time.</summary>
    ClockWrong,
}

/// <summary>The answer to a <see cref="SaleRequest"/>.</summary>
public abstract record SaleDecision
{
    private SaleDecision() { }

    /// <summary>The sale goes ahead on these terms.</summary>
    public sealed record Approved(SaleTerms Terms) : SaleDecision;

    /// <summary>The programme says no.</summary>
    public sealed record Declined(DeclineReason Reason) : SaleDecision;
}

/// <summary>The programme's decision on a sale: a pure function, the same on terminal and server.</summary>
public static class Sale
{
    /// <summary>Decides what a basket earns and what it may redeem.</summary>
    /// <param name="request">The till's wish.</param>
    /// <param name="balance">Spendable points on the card, after pending card actions, not negative.</param>
    /// <param name="rules">The rule set in force.</param>
    public static SaleDecision Decide(SaleRequest request, int balance, RuleSet rules)
    {
        if (request.Amount.Currency != rules.Currency)
            return new SaleDecision.Declined(DeclineReason.CurrencyUnknown);
        if (request.Amount.Minor < 0 || request.PointsAsked < 0)
            return new SaleDecision.Declined(DeclineReason.AmountNegative);

        var redeemed = Redeemable(request, balance, rules);
        var due = request.Amount.Minor - (long)redeemed * rules.PointValueMinor;
        var earning = rules.RedeemedPartEarns ? request.Amount.Minor : due;
        var room = Math.Max(rules.CardBalanceMost - (balance - redeemed), 0);
        var earned = (int)Math.Clamp(earning / rules.MinorPerUnit * rules.PointsPerUnit, 0, room);

        return new SaleDecision.Approved(
            new SaleTerms(redeemed, earned, request.Amount with { Minor = due }, rules.Version));
    }

    // A point is never split: what it pays must fit in the bill whole.
    private static int Redeemable(SaleRequest request, int balance, RuleSet rules)
    {
        var payable = request.Amount.Minor / rules.PointValueMinor;
        return (int)Math.Min(Math.Min(request.PointsAsked, balance), payable);
    }
}
