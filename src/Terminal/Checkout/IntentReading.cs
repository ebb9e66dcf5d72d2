using System.Diagnostics;
using System.Globalization;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;
using BasketLine = SmartCardCrm.Loyalty.Programme.BasketLine;

namespace SmartCardCrm.Terminal;

/// <summary>What an intent of this terminal's own journal says of its sale.</summary>
internal static class IntentReading
{
    public const string LocalTimeFormat = "yyyy-MM-dd'T'HH:mm:ss";

    /// <summary>The terms it was decided on, decided again.</summary>
    /// <param name="rules">The version that it names.</param>
    public static SaleTerms TermsOf(Intent intent, RuleSet rules)
    {
        var request = new SaleRequest(BasketOf(intent), OccasionOf(intent.Context), (int)intent.PointsAsked);
        var spendable = intent.BalanceBefore + CardActionPoints(intent);
        return Sale.Decide(request, spendable, rules) is SaleDecision.Approved(var terms)
            ? terms
            : throw new UnreachableException("A journal's intent was approved when it was written.");
    }

    /// <summary>What the card actions applied with it changed, signed.</summary>
    public static int CardActionPoints(Intent intent) =>
        intent.BalanceAfter - intent.BalanceBefore - (int)intent.Earned + (int)intent.Redeemed;

    public static Basket BasketOf(Intent intent) => new(
        intent.Context.Currency,
        [.. intent.Lines.Select(line => new BasketLine(
            line.Sku, line.Category, line.QuantityMilli, line.AmountMinor, line.TaxMinor))]);

    private static Occasion OccasionOf(SaleContext context) => new(
        (int)context.Tier, [.. context.Segments], context.Store,
        DateTime.ParseExact(context.LocalTime, LocalTimeFormat, CultureInfo.InvariantCulture));
}
