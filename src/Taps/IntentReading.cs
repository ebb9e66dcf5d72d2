using System.Diagnostics;
using System.Globalization;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;
using BasketLine = SmartCardCrm.Loyalty.Programme.BasketLine;

namespace SmartCardCrm.Taps;

/// <summary>What an intent of this terminal's own journal says of its sale.</summary>
internal static class IntentReading
{
    public const string LocalTimeFormat = "yyyy-MM-dd'T'HH:mm:ss";

    /// <summary>The terms it was decided on.</summary>
    /// <param name="rules">The version that it names.</param>
    public static OperationTerms TermsOf(Intent intent, RuleSet rules)
    {
        if ((LogKind)intent.Kind == LogKind.Sale)
        {
            // The points asked for are what the limits left of the till's wish.
            var terms = OperationTerms.Of(SaleTermsOf(intent, rules), RequestOf(intent));
            return intent.Card is null ? terms.ToAccount() : terms;
        }

        return new OperationTerms(
            (LogKind)intent.Kind, (int)intent.Earned, (int)intent.Redeemed,
            new Money(intent.AmountMinor, intent.Context.Currency), intent.DueMinor, rules.Version)
        {
            OnAccount = intent.OnAccount,
            FromRefund = (int)intent.FromRefund,
        };
    }

    /// <summary>A sale decided again. Why no more was redeemed, it says itself.</summary>
    public static SaleTerms SaleTermsOf(Intent sale, RuleSet rules) =>
        Decide(sale, rules) is SaleDecision.Approved(var terms)
            ? terms with
            {
                RedemptionLimit = Enum.TryParse<RedemptionLimit>(sale.RedemptionLimit, out var limit)
                    ? limit
                    : null,
            }
            : throw new UnreachableException("A journal's intent was approved when it was written.");

    /// <summary>Whether a sale that another terminal wrote down can be decided again.</summary>
    public static bool IsOf(Intent sale, RuleSet rules) =>
        DateTime.TryParseExact(
            sale.Context.LocalTime, LocalTimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
        && Decide(sale, rules) is SaleDecision.Approved;

    /// <summary>What the card actions applied with it changed, signed.</summary>
    public static int CardActionPoints(Intent intent) =>
        intent.BalanceAfter - intent.BalanceBefore - (int)intent.Earned + (int)intent.Redeemed;

    public static Basket BasketOf(Intent intent) => new(
        intent.Context.Currency,
        [.. intent.Lines.Select(line => new BasketLine(
            line.Sku, line.Category, line.QuantityMilli, line.AmountMinor, line.TaxMinor,
            line.DiscountMinor))]);

    // What could be redeemed is known, and need not be found out from what had expired.
    private static SaleDecision Decide(Intent sale, RuleSet rules) => Sale.Decide(
        RequestOf(sale) with { PointsAsked = (int)sale.Redeemed },
        sale.BalanceBefore + CardActionPoints(sale), rules);

    private static SaleRequest RequestOf(Intent sale) =>
        new(BasketOf(sale), OccasionOf(sale.Context), (int)sale.PointsAsked);

    private static Occasion OccasionOf(SaleContext context) => new(
        (int)context.Tier, [.. context.Segments], context.Store,
        DateTime.ParseExact(context.LocalTime, LocalTimeFormat, CultureInfo.InvariantCulture));
}
