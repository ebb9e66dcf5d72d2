using System.Buffers.Binary;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.World;

/// <summary>The programme's arithmetic once more, written down without looking at the product's.</summary>
internal static class PlainRules
{
    /// <summary>What a sale does to a balance, as the customer reads it on the poster.</summary>
    /// <param name="rules">Only the numbers in it, for a basket of one line and any time.</param>
    /// <param name="balance">Points before, after card actions.</param>
    /// <param name="amount">Minor units.</param>
    /// <param name="asked">Points to redeem.</param>
    /// <param name="tier">The customer's, 0 for none.</param>
    /// <param name="expired">Points of the balance that nobody may spend any more.</param>
    public static (int Earned, int Redeemed) Sale(
        RuleSet rules, int balance, long amount, int asked, int tier, int expired = 0)
    {
        long redeemed = asked;
        if (redeemed > balance - expired)
            redeemed = balance > expired ? balance - expired : 0;
        var value = rules.Redemption.PointValueMinor;
        if (redeemed * value > amount)
            redeemed = amount / value;
        var paid = rules.Redemption.RedeemedPartEarns ? amount : amount - (redeemed * value);
        long earned = 0;
        foreach (var rule in rules.Rules.Where(rule => rule.When?.Tiers.Contains(tier) != false))
        {
            earned = rule.Effect switch
            {
                Effect.PerAmount give => earned + (paid / give.Minor * give.Points),
                Effect.PerVisit give => earned + give.Points,
                Effect.Times times => earned * times.Permille / 1000,
                Effect.AtMost most => earned > most.Points ? most.Points : earned,
                _ => throw new NotSupportedException($"The poster does not have {rule.Effect}."),
            };
        }

        var room = rules.CardBalanceMost - (balance - redeemed);
        if (earned > room)
            earned = room < 0 ? 0 : room;
        return ((int)earned, (int)redeemed);
    }

    /// <summary>What undoing a whole sale does to a balance: all back, as far as the card can.</summary>
    public static (int Given, int Taken) Undo(LogRecord sale, int balance, int balanceMost)
    {
        var given = sale.Redeemed > balanceMost - balance ? balanceMost - balance : sale.Redeemed;
        var taken = sale.Earned > balance + given ? balance + given : sale.Earned;
        return (given, taken);
    }

    /// <summary>The 128 bytes of a member file, in hex, as docs/card.md lays them down.</summary>
    public static string MemberFile(MemberFileItem file)
    {
        var bytes = new byte[128];
        bytes[0] = 1;
        System.Text.Encoding.ASCII.GetBytes(file.Language).CopyTo(bytes, 1);
        for (var slot = 0; slot < file.Offers.Count; slot++)
        {
            var offer = file.Offers[slot];
            var days = offer.Until.Length == 0
                ? 0
                : DateOnly.Parse(offer.Until, null).DayNumber - new DateOnly(2000, 1, 1).DayNumber;
            var at = 32 + (8 * slot);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), offer.Id);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at + 4), (ushort)days);
            (bytes[at + 6], bytes[at + 7]) = ((byte)offer.UsesLeft, (byte)offer.Kind);
        }

        return Convert.ToHexString(bytes);
    }

    /// <summary>What a supervisor's word does to a balance: all of it, or nothing that a card may
    /// commit.</summary>
    public static (int Earned, int Redeemed) Adjustment(int points, int balance, int balanceMost) =>
        balance + (long)points is var after && (after < 0 || after > balanceMost)
            ? (-1, -1)
            : points > 0 ? (points, 0) : (0, -points);

    /// <summary>What is left of the points that expire next, once some were taken off.</summary>
    public static (DateOnly? Day, int Points) Less((DateOnly? Day, int Points) next, long taken) =>
        next.Points > taken ? (next.Day, (int)(next.Points - taken)) : (null, 0);

    /// <summary>What a card action changes on a card.</summary>
    public static int Action(int points, int balance, int balanceMost) =>
        points < 0 ? (-points > balance ? -balance : points)
        : points > balanceMost - balance ? balanceMost - balance
        : points;
}
