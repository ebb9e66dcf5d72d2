using System.Globalization;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Terminal.TillApi;

/// <summary>One line of the basket a till posts, after all discounts.</summary>
/// <param name="AmountMinor">What it costs, tax included, minor units, not negative.</param>
/// <param name="Sku">The shop's name for the article, at most 64 characters.</param>
/// <param name="Category">The shop's group of articles, at most 64 characters.</param>
/// <param name="Quantity">Units or kilograms, above zero, at most three decimals.</param>
/// <param name="TaxMinor">The tax in the amount.</param>
/// <param name="DiscountMinor">What was taken off before, tax included.</param>
internal sealed record LineBody(
    long AmountMinor, string Sku = "", string Category = "", decimal Quantity = 1, long TaxMinor = 0,
    long DiscountMinor = 0)
{
    private const decimal QuantityMost = int.MaxValue / BasketLine.UnitMilli;

    /// <exception cref="ProblemException">A value is out of its range.</exception>
    public BasketLine ToLine()
    {
        Body.Check(
            AmountMinor is >= 0 and <= int.MaxValue, "amount-out-of-range",
            "amountMinor is 0 to 2147483647.");
        Body.Check(
            TaxMinor >= 0 && TaxMinor <= AmountMinor, "tax-out-of-range", "taxMinor is 0 to amountMinor.");
        Body.Check(
            DiscountMinor >= 0 && DiscountMinor <= int.MaxValue - AmountMinor, "discount-out-of-range",
            "discountMinor is not negative, and with amountMinor at most 2147483647.");
        Body.Check(
            IsName(Sku) && IsName(Category), "name-malformed",
            $"sku and category have at most {Basket.NameMost} characters and no control characters.");
        return new BasketLine(Sku, Category, Milli(Quantity), AmountMinor, TaxMinor, DiscountMinor);
    }

    /// <summary>A quantity in thousandths.</summary>
    /// <exception cref="ProblemException">It is out of its range.</exception>
    public static long Milli(decimal quantity)
    {
        Body.Check(
            quantity is > 0 and <= QuantityMost && decimal.Round(quantity, 3) == quantity,
            "quantity-out-of-range", "quantity is above zero and has at most three decimals.");
        return (long)(quantity * BasketLine.UnitMilli);
    }

    private static bool IsName(string name) => name.Length <= Basket.NameMost && !name.Any(char.IsControl);
}

/// <summary>What a till posts.</summary>
/// <param name="Currency">ISO 4217, three capital letters.</param>
/// <param name="AmountMinor">What the basket costs, minor units, 0 to 2³¹ − 1; may be left out where there
/// are lines, and is their sum.</param>
/// <param name="Lines">1 to 500 lines; left out, the basket is one line without article or category.</param>
/// <param name="RedeemPoints">Points to redeem, as far as card and basket allow.</param>
/// <param name="RedeemAll">As many points as fit; not together with <paramref name="RedeemPoints"/>.</param>
/// <param name="Store">Where it was sold; left out, the terminal's own store.</param>
/// <param name="SoldAt">Local time of the store, <c>yyyy-MM-ddTHH:mm:ss</c>.</param>
/// <param name="BusinessDate">The store's, <c>yyyy-MM-dd</c>; left out, today there.</param>
/// <param name="Reader">The only reader that will do; left out, any.</param>
/// <param name="TimeoutMs">How long to wait for a card, 1 second to 1 day; left out, 2 minutes.</param>
/// <param name="Member">Phone number or e-mail address of a member who has no card here: the points go to the
/// account, and no card is waited for.</param>
/// <param name="Cashier">Who is at the till, 1 to 64 characters: a number or name of the shop's.</param>
internal sealed record CheckoutBody(
    string Currency, long? AmountMinor = null, IReadOnlyList<LineBody>? Lines = null,
    int RedeemPoints = 0, bool RedeemAll = false, uint? Store = null,
    string? SoldAt = null, string? BusinessDate = null, string? Reader = null, long TimeoutMs = 120_000,
    string? Member = null, string? Cashier = null)
{
    /// <summary>The same, checked.</summary>
    /// <param name="contacts">Seals the member's number or address; null where none is wanted.</param>
    /// <exception cref="ProblemException">A value is out of its range.</exception>
    public CheckoutRequest ToRequest(IEnumerable<string> readers, ContactSeal? contacts)
    {
        Body.Check(
            Currency.Length == 3 && Currency.All(char.IsAsciiLetterUpper), "currency-malformed",
            "currency is an ISO 4217 code.");
        Body.Check(
            RedeemPoints is >= 0 and < CheckoutRequest.AllPoints, "points-out-of-range",
            "redeemPoints is 0 or more.");
        Body.Check(!RedeemAll || RedeemPoints == 0, "points-ambiguous", "Either redeemAll or redeemPoints.");
        Body.Check(
            SoldAt is null || IsLocalTime(SoldAt), "sold-at-malformed", "soldAt is yyyy-MM-ddTHH:mm:ss.");

        return new CheckoutRequest(
            Member is null
                ? new Order.Sale(ToBasket(), RedeemAll ? CheckoutRequest.AllPoints : RedeemPoints)
                : new Order.SaleOnAccount(ToBasket(), ContactOf(Member, contacts)),
            Store, SoldAt,
            BusinessDate is null ? null : Day(BusinessDate), Body.ReaderOf(Reader, readers),
            Body.Timeout(TimeoutMs))
        {
            Cashier = Body.Cashier(Cashier),
        };
    }

    private string ContactOf(string member, ContactSeal? contacts)
    {
        Body.Check(contacts is not null, "member-unwanted", "An enquiry is about a card, not a member.");
        Body.Check(
            RedeemPoints == 0 && !RedeemAll, "redeem-without-card",
            "Points are redeemed with the card only.");
        var contact = Contact.TryParse(member);
        Body.Check(
            contact is not null, "member-malformed",
            "member is a phone number of 5 to 15 digits, or an e-mail address.");
        return contacts!.Seal(contact!.Value);
    }

    private Basket ToBasket()
    {
        Body.Check(
            Lines is null or { Count: >= 1 and <= Basket.LinesMost }, "lines-out-of-range",
            $"lines has 1 to {Basket.LinesMost} lines.");
        Body.Check(
            Lines is not null || AmountMinor is not null, "basket-missing", "Send lines, or amountMinor.");
        var lines = Lines ?? [new LineBody(AmountMinor ?? 0)];
        Body.Check(!lines.Contains(null!), "line-missing", "A line is null.");
        var basket = new Basket(Currency, [.. lines.Select(line => line.ToLine())]);
        Body.Check(basket.IsInRange, "amount-out-of-range", "The lines cost at most 2147483647 together.");
        Body.Check(
            AmountMinor is null || AmountMinor == basket.Total.Minor, "amount-differs",
            $"amountMinor is what the lines cost together, {basket.Total.Minor}.");
        return basket;
    }

    private static bool IsLocalTime(string text) => DateTime.TryParseExact(
        text, IntentReading.LocalTimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <exception cref="ProblemException">It is no day.</exception>
    public static DateOnly Day(string text)
    {
        var isDay = DateOnly.TryParseExact(
            text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day);
        Body.Check(isDay, "business-date-malformed", "businessDate is yyyy-MM-dd.");
        return day;
    }
}
