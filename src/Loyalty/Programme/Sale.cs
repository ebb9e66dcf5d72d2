namespace SmartCardCrm.Loyalty.Programme;

/// <summary>What the till asks for.</summary>
/// <param name="Basket">Within its ranges.</param>
/// <param name="PointsAsked">Points the customer wants to spend, not negative; 0 for none. More than is
/// possible is cut down.</param>
public sealed record SaleRequest(Basket Basket, Occasion Occasion, int PointsAsked);

/// <summary>What a sale does to the card and to the bill.</summary>
/// <param name="Redeemed">Points taken off the card.</param>
/// <param name="Earned">Points put on the card, or on the account without one.</param>
/// <param name="Due">What is left to pay in money.</param>
/// <param name="RuleSetVersion">The rules it was decided under.</param>
public sealed record SaleTerms(int Redeemed, int Earned, Money Due, int RuleSetVersion)
{
    /// <summary>Points that it gives later: they wait at headquarters. Where any do, none is <see
    /// cref="Earned"/>.</summary>
    public int Pending { get; init; }

    /// <summary>How many days those wait, from the day of the sale.</summary>
    public int PendingDays { get; init; }

    /// <summary>All that it gives, now or later.</summary>
    public int Given => Earned + Pending;

    /// <summary>Which rule gave what, in the order of their application; their sum is what is
    /// given.</summary>
    public IReadOnlyList<RuleGain> Gains { get; init; } = [];

    /// <summary>Each line's part, in the basket's order. What is earned beyond them belongs to the
    /// visit.</summary>
    public IReadOnlyList<LineTerms> Lines { get; init; } = [];

    /// <summary>Why fewer points are redeemed than were asked for; null where they are not.</summary>
    public RedemptionLimit? RedemptionLimit { get; init; }
}

/// <summary>One line's part in a sale.</summary>
/// <param name="Earned">Points that it earned, now or for later.</param>
/// <param name="PaidWithPointsMinor">What points paid of it.</param>
public readonly record struct LineTerms(int Earned, long PaidWithPointsMinor);

/// <summary>Why a sale with this card is not possible. The code is stable; texts are resources.</summary>
public enum DeclineReason
{
    /// <summary>The basket is in a currency the rule set does not know.</summary>
    CurrencyUnknown,

    /// <summary>The basket, or the points asked for, are no possible numbers.</summary>
    BasketOutOfRange,

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

    /// <summary>Neither this terminal nor headquarters knows such a sale, or that it happened.</summary>
    SaleUnknown,

    /// <summary>Another return of the same sale is under way at this terminal.</summary>
    SaleBusy,

    /// <summary>Another card bought these goods.</summary>
    CardOther,

    /// <summary>More would come back than was sold.</summary>
    ReturnTooMuch,

    /// <summary>More points than supervisors may move at this terminal, at once or today.</summary>
    AdjustmentLimit,

    /// <summary>The card holds too few points, or has no room for them.</summary>
    AdjustmentBalance,

    /// <summary>The terminal's clock is so wrong that the card's log cannot hold its time.</summary>
    ClockWrong,

    /// <summary>The terminal knows no such sale, and headquarters cannot be asked for it now.</summary>
    HeadquartersAway,

    /// <summary>Goods of this sale come back without the card, and not all at the terminal that sold
    /// them.</summary>
    SaleElsewhere,
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

/// <summary>The programme's decision on a sale: a pure function of whole numbers, the same on terminal and
/// server.</summary>
public static class Sale
{
    /// <summary>Decides what a basket earns and what it may redeem.</summary>
    /// <param name="request">The till's wish.</param>
    /// <param name="balance">Points on the card, after pending card actions, not negative.</param>
    /// <param name="rules">The rule set in force.</param>
    /// <param name="withheld">Points of the balance that have expired, 0 to all of it.</param>
    public static SaleDecision Decide(SaleRequest request, int balance, RuleSet rules, int withheld = 0)
    {
        var basket = request.Basket;
        if (basket.Currency != rules.Currency)
            return new SaleDecision.Declined(DeclineReason.CurrencyUnknown);
        if (!basket.IsInRange || request.PointsAsked < 0)
            return new SaleDecision.Declined(DeclineReason.BasketOutOfRange);

        var redeemed = rules.Redemption.Of(basket, request.PointsAsked, balance - withheld);
        var isLater = rules.Validity.PendingDays > 0;
        var room = isLater ? int.MaxValue
            : Math.Max(rules.CardBalanceMost - (balance - redeemed.Points), 0);
        var earning = Earning.Of(rules, basket, request.Occasion, redeemed.PaidMinor, room);
        var due = basket.Total.Minor - redeemed.PaidMinor.Sum();
        var given = (int)earning.Points.Sum();
        return new SaleDecision.Approved(new SaleTerms(
            redeemed.Points, isLater ? 0 : given, new Money(due, basket.Currency), rules.Version)
        {
            Pending = isLater ? given : 0,
            PendingDays = rules.Validity.PendingDays,
            Gains = earning.Gains,
            Lines = [.. redeemed.PaidMinor.Select((paid, i) => new LineTerms((int)earning.Points[i], paid))],
            RedemptionLimit = redeemed.Limit is RedemptionLimit.Balance && withheld > 0
                ? RedemptionLimit.Expired
                : redeemed.Limit,
        });
    }
}
