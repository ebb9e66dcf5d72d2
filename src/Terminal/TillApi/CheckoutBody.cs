using System.Globalization;
using System.Text.Json;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Terminal.TillApi;

/// <summary>One line of the basket a till posts, after all discounts.</summary>
/// <param name="AmountMinor">What it costs, tax included, minor units, not negative.</param>
/// <param name="Sku">The shop's name for the article, at most 64 characters.</param>
/// <param name="Category">The shop's group of articles, at most 64 characters.</param>
/// <param name="Quantity">Units or kilograms, above zero, at most three decimals.</param>
/// <param name="TaxMinor">The tax in the amount.</param>
internal sealed record LineBody(
    long AmountMinor, string Sku = "", string Category = "", decimal Quantity = 1, long TaxMinor = 0)
{
    private const decimal QuantityMost = int.MaxValue / BasketLine.UnitMilli;

    /// <exception cref="ProblemException">A value is out of its range.</exception>
    public BasketLine ToLine()
    {
        CheckoutBody.Check(
            AmountMinor is >= 0 and <= int.MaxValue, "amount-out-of-range",
            "amountMinor is 0 to 2147483647.");
        CheckoutBody.Check(
            TaxMinor >= 0 && TaxMinor <= AmountMinor, "tax-out-of-range", "taxMinor is 0 to amountMinor.");
        CheckoutBody.Check(
            IsName(Sku) && IsName(Category), "name-malformed",
            $"sku and category have at most {Basket.NameMost} characters and no control characters.");
        CheckoutBody.Check(
            Quantity is > 0 and <= QuantityMost && decimal.Round(Quantity, 3) == Quantity,
            "quantity-out-of-range", "quantity is above zero and has at most three decimals.");
        return new BasketLine(
            Sku, Category, (long)(Quantity * BasketLine.UnitMilli), AmountMinor, TaxMinor);
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
internal sealed record CheckoutBody(
    string Currency, long? AmountMinor = null, IReadOnlyList<LineBody>? Lines = null,
    int RedeemPoints = 0, bool RedeemAll = false, uint? Store = null,
    string? SoldAt = null, string? BusinessDate = null, string? Reader = null, long TimeoutMs = 120_000)
{
    public const int BytesMost = 256 * 1024;

    private const long TimeoutMsLeast = 1_000;
    private const long TimeoutMsMost = 24 * 60 * 60 * 1_000;

    /// <exception cref="ProblemException">It is too long, no JSON, or not of this shape.</exception>
    public static async Task<CheckoutBody> Read(HttpRequest request, CancellationToken cancellation)
    {
        if (!request.HasJsonContentType())
            throw new ProblemException(
                StatusCodes.Status415UnsupportedMediaType, "body-not-json", "Send JSON.");
        try
        {
            return await JsonSerializer.DeserializeAsync(
                request.Body, TillJson.Default.CheckoutBody, cancellation)
                ?? throw new ProblemException(
                    StatusCodes.Status400BadRequest, "body-unreadable", "The body is null.");
        }
        catch (JsonException wrong)
        {
            throw new ProblemException(
                StatusCodes.Status400BadRequest, "body-unreadable", $"Not readable at {wrong.Path ?? "$"}.");
        }
        catch (BadHttpRequestException wrong)
        {
            var tooLong = wrong.StatusCode == StatusCodes.Status413PayloadTooLarge;
            var code = tooLong ? "body-too-long" : "body-broken";
            throw new ProblemException(wrong.StatusCode, code, $"A body has at most {BytesMost} bytes.");
        }
    }

    /// <summary>The same, checked.</summary>
    /// <exception cref="ProblemException">A value is out of its range.</exception>
    public CheckoutRequest ToRequest(IEnumerable<string> readers)
    {
        Check(
            Currency.Length == 3 && Currency.All(char.IsAsciiLetterUpper), "currency-malformed",
            "currency is an ISO 4217 code.");
        Check(
            RedeemPoints is >= 0 and < CheckoutRequest.AllPoints, "points-out-of-range",
            "redeemPoints is 0 or more.");
        Check(!RedeemAll || RedeemPoints == 0, "points-ambiguous", "Either redeemAll or redeemPoints.");
        Check(
            TimeoutMs is >= TimeoutMsLeast and <= TimeoutMsMost, "timeout-out-of-range",
            "timeoutMs is 1000 to 86400000.");
        Check(SoldAt is null || IsLocalTime(SoldAt), "sold-at-malformed", "soldAt is yyyy-MM-ddTHH:mm:ss.");
        Check(Reader is null || readers.Contains(Reader), "reader-unknown", "GET /v1/readers lists them.");

        return new CheckoutRequest(
            ToBasket(), RedeemAll ? CheckoutRequest.AllPoints : RedeemPoints, Store,
            SoldAt,
            BusinessDate is null ? null : Day(BusinessDate), Reader, TimeSpan.FromMilliseconds(TimeoutMs));
    }

    private Basket ToBasket()
    {
        Check(
            Lines is null or { Count: >= 1 and <= Basket.LinesMost }, "lines-out-of-range",
            $"lines has 1 to {Basket.LinesMost} lines.");
        Check(Lines is not null || AmountMinor is not null, "basket-missing", "Send lines, or amountMinor.");
        var lines = Lines ?? [new LineBody(AmountMinor ?? 0)];
        Check(!lines.Contains(null!), "line-missing", "A line is null.");
        var basket = new Basket(Currency, [.. lines.Select(line => line.ToLine())]);
        Check(basket.IsInRange, "amount-out-of-range", "The lines cost at most 2147483647 together.");
        Check(
            AmountMinor is null || AmountMinor == basket.Total.Minor, "amount-differs",
            $"amountMinor is what the lines cost together, {basket.Total.Minor}.");
        return basket;
    }

    private static bool IsLocalTime(string text) => DateTime.TryParseExact(
        text, "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static DateOnly Day(string text)
    {
        var isDay = DateOnly.TryParseExact(
            text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day);
        Check(isDay, "business-date-malformed", "businessDate is yyyy-MM-dd.");
        return day;
    }

    internal static void Check(bool holds, string code, string detail)
    {
        if (!holds)
            throw new ProblemException(StatusCodes.Status422UnprocessableEntity, code, detail);
    }
}
