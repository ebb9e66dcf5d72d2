namespace SmartCardCrm.Loyalty.Programme;

/// <summary>What points buy.</summary>
/// <param name="PointValueMinor">What one redeemed point pays, in minor units, at least 1. A point is never
/// split.</param>
/// <param name="PointsLeast">Fewer points than this are not redeemed, 0 or more.</param>
/// <param name="PointsStep">Points are redeemed in multiples of this, 1 or more.</param>
/// <param name="SharePermille">Thousandths of what may be paid with points that points pay at most, 0 to
/// 1000.</param>
/// <param name="BasketLeastMinor">What the basket costs at least, minor units.</param>
/// <param name="On">The lines that may be paid with points; null for all.</param>
/// <param name="RedeemedPartEarns">Whether the part paid with points earns points too.</param>
public sealed record Redemption(
    int PointValueMinor = 1, int PointsLeast = 0, int PointsStep = 1, int SharePermille = 1000,
    long BasketLeastMinor = 0, LineFilter? On = null, bool RedeemedPartEarns = false)
{
    internal bool IsInRange =>
        PointValueMinor >= 1 && PointsLeast >= 0 && PointsStep >= 1 && BasketLeastMinor >= 0
        && SharePermille is >= 0 and <= 1000 && On?.IsInRange != false;

    /// <summary>How many points are redeemed, and for which lines.</summary>
    /// <param name="asked">Points the customer wants to spend, not negative.</param>
    /// <param name="balance">Spendable points, not negative.</param>
    internal RedeemedPart Of(Basket basket, int asked, int balance)
    {
        var payable = basket.Lines
            .Select(line => On?.Takes(line) == false ? 0 : line.AmountMinor).ToArray();
        var fits = (int)Math.Min(PayableMost(basket, payable), int.MaxValue);
        var points = Math.Min(Math.Min(asked, balance), fits);
        var limit = points == asked ? (RedemptionLimit?)null
            : points == balance ? RedemptionLimit.Balance
            : RedemptionLimit.Basket;

        if (points % PointsStep is var beyond and > 0)
            (points, limit) = (points - beyond, limit ?? RedemptionLimit.Step);
        if (points > 0 && points < PointsLeast)
            (points, limit) = (0, RedemptionLimit.Least);
        var paid = Shares.Split((long)points * PointValueMinor, payable);
        return new RedeemedPart(points, limit, paid);
    }

    private long PayableMost(Basket basket, long[] payable)
    {
        if (basket.Total.Minor < BasketLeastMinor)
            return 0;
        var money = Shares.Fraction(payable.Sum(), SharePermille, 1000, Rounding.Down);
        return money / PointValueMinor;
    }
}

/// <summary>Why fewer points are redeemed than were asked for.</summary>
public enum RedemptionLimit
{
    /// <summary>There are no more.</summary>
    Balance,

    /// <summary>No more of this basket may be paid with points.</summary>
    Basket,

    /// <summary>Points are redeemed in steps.</summary>
    Step,

    /// <summary>It would be fewer than the programme redeems.</summary>
    Least,

    /// <summary>More than the terminal may let redeem in one operation.</summary>
    OfflineOperation,

    /// <summary>The card has not been acknowledged by headquarters for too much or too long.</summary>
    OfflineCard,

    /// <summary>The terminal has let enough be redeemed today.</summary>
    OfflineDay,

    /// <summary>The terminal does not know the card.</summary>
    OfflineStranger,

    /// <summary>The terminal has not heard from headquarters for too long.</summary>
    ReplicaOld,

    /// <summary>The terminal was given no limits yet.</summary>
    NoLimits,

    /// <summary>Headquarters, which decides, has not heard yet of points that the card shows.</summary>
    NotReported,

    /// <summary>There are more on the card, which have expired.</summary>
    Expired,
}

/// <param name="Limit">Null where as many as asked for.</param>
/// <param name="PaidMinor">What they pay of each line.</param>
internal sealed record RedeemedPart(int Points, RedemptionLimit? Limit, IReadOnlyList<long> PaidMinor);
