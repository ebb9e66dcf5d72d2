using System.Globalization;
using System.Text.Json;
using SmartCardCrm.Loyalty;

namespace SmartCardCrm.Terminal.TillApi;

/// <summary>What a till posts.</summary>
/// <param name="AmountMinor">What the basket costs, minor units, 0 to 2³¹ − 1.</param>
/// <param name="Currency">ISO 4217, three capital letters.</param>
/// <param name="RedeemPoints">Points to redeem, as far as card and basket allow.</param>
/// <param name="RedeemAll">As many points as fit; not together with <paramref name="RedeemPoints"/>.</param>
/// <param name="Store">Where it was sold; left out, the terminal's own store.</param>
/// <param name="SoldAt">Local time of the store, <c>yyyy-MM-ddTHH:mm:ss</c>.</param>
/// <param name="BusinessDate">The store's, <c>yyyy-MM-dd</c>; left out, today there.</param>
/// <param name="Reader">The only reader that will do; left out, any.</param>
/// <param name="TimeoutMs">How long to wait for a card, 1 second to 1 day; left out, 2 minutes.</param>
internal sealed record CheckoutBody(
    long AmountMinor, string Currency, int RedeemPoints = 0, bool RedeemAll = false, uint? Store = null,
    string? SoldAt = null, string? BusinessDate = null, string? Reader = null, long TimeoutMs = 120_000)
{
    public const int BytesMost = 16 * 1024;

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
            AmountMinor is >= 0 and <= int.MaxValue, "amount-out-of-range",
            "amountMinor is 0 to 2147483647.");
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
            new Money(AmountMinor, Currency), RedeemAll ? CheckoutRequest.AllPoints : RedeemPoints, Store,
            SoldAt,
            BusinessDate is null ? null : Day(BusinessDate), Reader, TimeSpan.FromMilliseconds(TimeoutMs));
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

    private static void Check(bool holds, string code, string detail)
    {
        if (!holds)
            throw new ProblemException(StatusCodes.Status422UnprocessableEntity, code, detail);
    }
}
