using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.World;

/// <summary>The programme's arithmetic once more, written down without looking at the product's.</summary>
internal static class PlainRules
{
    /// <summary>What a sale does to a balance, as the customer reads it on the poster.</summary>
    /// <param name="rules">Only the numbers in it.</param>
    /// <param name="balance">Points before, after card actions.</param>
    /// <param name="amount">Minor units.</param>
    /// <param name="asked">Points to redeem.</param>
    public static (int Earned, int Redeemed) Sale(RuleSet rules, int balance, long amount, int asked)
    {
        long redeemed = asked;
        if (redeemed > balance)
            redeemed = balance;
        if (redeemed * rules.PointValueMinor > amount)
            redeemed = amount / rules.PointValueMinor;
        var paid = amount - (redeemed * rules.PointValueMinor);
        var units = (rules.RedeemedPartEarns ? amount : paid) / rules.MinorPerUnit;
        var earned = units * rules.PointsPerUnit;
        var room = rules.CardBalanceMost - (balance - redeemed);
        if (earned > room)
            earned = room < 0 ? 0 : room;
        return ((int)earned, (int)redeemed);
    }

    /// <summary>What a card action changes on a card.</summary>
    public static int Action(int points, int balance, int balanceMost) =>
        points < 0 ? (-points > balance ? -balance : points)
        : points > balanceMost - balance ? balanceMost - balance
        : points;
}
