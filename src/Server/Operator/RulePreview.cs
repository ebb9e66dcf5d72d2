using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Server.Operator;

/// <summary>One line of a basket to be tried.</summary>
internal sealed record TriedLine(
    long AmountMinor, string Sku = "", string Category = "", long QuantityMilli = BasketLine.UnitMilli,
    long TaxMinor = 0, long DiscountMinor = 0);

/// <summary>Body of <c>POST /api/rule-drafts/{id}/preview</c> and <c>/api/rule-sets/{version}/preview</c>: a
/// basket, and who buys it where and when.</summary>
/// <param name="LocalTime">The store's wall clock; null for now in the programme's zone.</param>
/// <param name="Balance">Points on the card.</param>
/// <param name="PointsAsked">Points that the customer wants to spend.</param>
internal sealed record AskedPreview(
    IReadOnlyList<TriedLine> Lines, int Tier = 0, IReadOnlyList<string>? Segments = null, uint Store = 0,
    DateTime? LocalTime = null, int Balance = 0, int PointsAsked = 0);

/// <summary>What one line of the basket earned, and what points paid of it.</summary>
internal sealed record PreviewedLine(int Earned, long PaidWithPointsMinor);

/// <summary>What one rule gave.</summary>
internal sealed record PreviewedGain(string Rule, long Points);

/// <summary>What the rules make of a basket.</summary>
/// <param name="Gains">Which rule gave what, in their order; together <paramref name="Earned"/>.</param>
/// <param name="Lines">In the basket's order. What is earned beyond them belongs to the visit.</param>
/// <param name="RedemptionLimit">Why fewer points are redeemed than asked for; null where they are
/// not.</param>
/// <param name="PendingDays">How many days what is earned waits; 0: it is on the card at once.</param>
internal sealed record RulePreview(
    int Earned, int Redeemed, long DueMinor, IReadOnlyList<PreviewedGain> Gains,
    IReadOnlyList<PreviewedLine> Lines, string? RedemptionLimit, int PendingDays)
{
    /// <summary>Null where the rules take no such basket.</summary>
    /// <param name="now">In the programme's zone.</param>
    public static RulePreview? Of(RuleSet rules, AskedPreview asked, DateTime now)
    {
        var basket = new Basket(
            rules.Currency,
            [.. asked.Lines.Select(line => new BasketLine(
                line.Sku, line.Category, line.QuantityMilli, line.AmountMinor, line.TaxMinor,
                line.DiscountMinor))]);
        var occasion = new Occasion(
            asked.Tier, asked.Segments?.ToArray() ?? [], asked.Store, asked.LocalTime ?? now);
        var request = new SaleRequest(basket, occasion, asked.PointsAsked);
        return asked.Balance >= 0
            && Sale.Decide(request, asked.Balance, rules) is SaleDecision.Approved(var terms)
            ? new RulePreview(
                terms.Given, terms.Redeemed, terms.Due.Minor,
                [.. terms.Gains.Select(gain => new PreviewedGain(gain.Rule, gain.Points))],
                [.. terms.Lines.Select(line => new PreviewedLine(line.Earned, line.PaidWithPointsMinor))],
                terms.RedemptionLimit?.ToString(), terms.PendingDays)
            : null;
    }
}
