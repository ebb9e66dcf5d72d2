namespace SmartCardCrm.Loyalty.Programme;

/// <summary>Goods that come back.</summary>
/// <param name="Line">The line's place in the basket that was sold, from 0.</param>
/// <param name="QuantityMilli">Thousandths of a unit, above zero.</param>
public readonly record struct ReturnedLine(int Line, long QuantityMilli);

/// <summary>What a return does.</summary>
/// <param name="GivenBack">Points that the goods were paid with and that go back to the customer.</param>
/// <param name="TakenBack">Points that the goods had earned and that the customer owes.</param>
/// <param name="Refund">What is given back in money.</param>
public sealed record ReturnTerms(int GivenBack, int TakenBack, Money Refund)
{
    /// <summary>Whether the sale gave its points for later. They are not looked for on the card then:
    /// headquarters takes them from what waits there, or has the card give them.</summary>
    public bool IsTakenLater { get; init; }
}

/// <summary>A return's part of points on the card.</summary>
/// <param name="Given">Points put on it.</param>
/// <param name="Taken">Points taken off it afterwards.</param>
/// <param name="OnAccount">What it had no room for; below zero what it did not hold, a debt.</param>
public readonly record struct ReturnOnCard(int Given, int Taken, int OnAccount)
{
    /// <summary>Points that it did not hold and that nobody asks for any more.</summary>
    public int Forgiven { get; init; }

    /// <summary>Points that it did not hold and that the customer pays out of his refund.</summary>
    public int FromRefund { get; init; }
}

/// <summary>What becomes of points that are to be taken back and that the card does not hold.</summary>
public enum Shortfall
{
    /// <summary>The member owes them: his account is below zero until they are paid with points.</summary>
    Owed,

    /// <summary>Nobody asks for them.</summary>
    Forgiven,

    /// <summary>The refund is less by what they buy. What it cannot pay is owed.</summary>
    FromRefund,
}

/// <summary>Policies of returns with the card. Without it headquarters takes and gives all on the
/// account.</summary>
public sealed record ReturnPolicy
{
    public Shortfall Shortfall { get; init; }

    internal bool IsInRange => Enum.IsDefined(Shortfall);
}

/// <summary>
/// Undoes exactly the returned goods' part of a sale, fractions of points and cents rounded down. However
/// many returns a basket comes back in, together they undo the sale to the point and to the cent; points for
/// the visit go back with the last piece.
/// </summary>
public static class Return
{
    /// <param name="basket">What was sold.</param>
    /// <param name="sold">As it was decided then, by the rules of then.</param>
    /// <param name="pointValueMinor">What a point paid then.</param>
    /// <param name="before">What has come back already.</param>
    /// <param name="now">What comes back now.</param>
    /// <returns>Null where more comes back than was sold, or a line is not there.</returns>
    public static ReturnTerms? Decide(
        Basket basket, SaleTerms sold, int pointValueMinor, IEnumerable<ReturnedLine> before,
        IEnumerable<ReturnedLine> now)
    {
        List<ReturnedLine> earlier = [.. before];
        List<ReturnedLine> all = [.. earlier, .. now];
        if (!all.TrueForAll(line => IsOf(basket, line)))
            return null;
        var quantities = Quantities(basket, all);
        if (basket.Lines.Where((line, i) => quantities[i] > line.QuantityMilli).Any())
            return null;

        var through = Undone(basket, sold, pointValueMinor, quantities);
        var already = Undone(basket, sold, pointValueMinor, Quantities(basket, earlier));
        return new ReturnTerms(
            through.GivenBack - already.GivenBack, through.TakenBack - already.TakenBack,
            through.Refund with { Minor = through.Refund.Minor - already.Refund.Minor })
        {
            IsTakenLater = sold.Pending > 0,
        };
    }

    /// <summary>What of it a card can take and give; the rest is the member's account's.</summary>
    /// <param name="balance">Points on the card, card actions applied.</param>
    /// <param name="rules">Those of the sale.</param>
    public static ReturnOnCard OnCard(ReturnTerms terms, int balance, RuleSet rules)
    {
        var given = Math.Min(terms.GivenBack, Math.Max(rules.CardBalanceMost - balance, 0));
        var taken = terms.IsTakenLater ? 0 : Math.Min(terms.TakenBack, balance + given);
        var (policy, missing) = (rules.Returns.Shortfall, terms.IsTakenLater ? 0 : terms.TakenBack - taken);
        var forgiven = policy == Shortfall.Forgiven ? missing : 0;
        var fromRefund = policy == Shortfall.FromRefund
            ? (int)Math.Min(missing, terms.Refund.Minor / rules.Redemption.PointValueMinor)
            : 0;
        var owed = terms.TakenBack - taken - forgiven - fromRefund;
        return new ReturnOnCard(given, taken, terms.GivenBack - given - owed)
        {
            Forgiven = forgiven,
            FromRefund = fromRefund,
        };
    }

    /// <summary>All that has not come back yet.</summary>
    public static IReadOnlyList<ReturnedLine> Rest(Basket basket, IEnumerable<ReturnedLine> before)
    {
        var back = Quantities(basket, before);
        return
        [
            .. basket.Lines.Select((line, i) => new ReturnedLine(i, line.QuantityMilli - back[i]))
                .Where(line => line.QuantityMilli > 0),
        ];
    }

    private static bool IsOf(Basket basket, ReturnedLine line) =>
        line.Line >= 0 && line.Line < basket.Lines.Count
        && line.QuantityMilli > 0 && line.QuantityMilli <= basket.Lines[line.Line].QuantityMilli;

    private static ReturnTerms Undone(Basket basket, SaleTerms sold, int pointValueMinor, long[] quantities)
    {
        long taken = 0, paidWithPoints = 0, refund = 0;
        for (var i = 0; i < quantities.Length; i++)
        {
            var paid = sold.Lines[i].PaidWithPointsMinor;
            taken += Part(sold.Lines[i].Earned, i);
            paidWithPoints += Part(paid, i);
            refund += Part(basket.Lines[i].AmountMinor - paid, i);
        }

        if (basket.Lines.Select(line => line.QuantityMilli).SequenceEqual(quantities))
            taken = sold.Given;
        return new ReturnTerms(
            (int)(paidWithPoints / pointValueMinor), (int)taken, new Money(refund, basket.Currency));

        long Part(long of, int line) =>
            Shares.Fraction(of, quantities[line], basket.Lines[line].QuantityMilli, Rounding.Down);
    }

    private static long[] Quantities(Basket basket, IEnumerable<ReturnedLine> returned)
    {
        var quantities = new long[basket.Lines.Count];
        foreach (var line in returned)
            quantities[line.Line] += line.QuantityMilli;
        return quantities;
    }
}
