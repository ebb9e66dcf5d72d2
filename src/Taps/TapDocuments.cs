using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Taps;

/// <summary>Checkouts and what becomes of them, as they go over the wire: UTF-8 JSON, checked by whoever
/// reads it.</summary>
internal static class TapDocuments
{
    private const int KeyMost = 128;

    public static byte[] Write(Checkout checkout) =>
        JsonSerializer.SerializeToUtf8Bytes(checkout, CheckoutJson.Default.Checkout);

    public static byte[] Write(CheckoutState state) =>
        JsonSerializer.SerializeToUtf8Bytes(state, CheckoutJson.Default.CheckoutState);

    /// <summary>A checkout that wants a card.</summary>
    /// <exception cref="FormatException">It is none, or a value is out of its range.</exception>
    public static Checkout ReadCheckout(ReadOnlySpan<byte> document)
    {
        var checkout = Read(document, CheckoutJson.Default.Checkout);
        return checkout.Id != Guid.Empty && checkout.IdempotencyKey.Length is >= 1 and <= KeyMost
            && IsTime(checkout.Request.SoldAt) && IsInRange(checkout.Request.Order)
            ? checkout
            : throw new FormatException("The checkout has a value out of range.");
    }

    /// <exception cref="FormatException">It is no state.</exception>
    public static CheckoutState ReadState(ReadOnlySpan<byte> document) =>
        Read(document, CheckoutJson.Default.CheckoutState);

    private static bool IsInRange(Order order) => order switch
    {
        Order.Sale sale => sale.PointsAsked >= 0 && IsInRange(sale.Basket),
        Order.Enquiry enquiry =>
            enquiry.PointsAsked >= 0 && (enquiry.Basket is null || IsInRange(enquiry.Basket)),
        Order.Return { IsOnAccount: false } back =>
            back.Lines.Count is >= 1 and <= Basket.LinesMost && back.Lines.All(IsInRange),
        Order.Reversal { IsOnAccount: false } => true,
        Order.Adjustment adjustment => adjustment.Points is not (0 or int.MinValue)
            && IsName(adjustment.Reason) && IsName(adjustment.Supervisor),
        _ => false,
    };

    private static bool IsInRange(Basket basket) =>
        basket.IsInRange && basket.Currency.Length == 3
        && basket.Lines.All(line => IsPlain(line.Sku) && IsPlain(line.Category));

    private static bool IsInRange(ReturnedLine line) =>
        line is { Line: >= 0 and < Basket.LinesMost, QuantityMilli: > 0 and <= int.MaxValue };

    private static bool IsName(string text) => text.Length is >= 1 and <= Basket.NameMost && IsPlain(text);

    private static bool IsPlain(string text) => !text.Any(char.IsControl);

    private static bool IsTime(string? soldAt) => soldAt is null || DateTime.TryParseExact(
        soldAt, IntentReading.LocalTimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static T Read<T>(ReadOnlySpan<byte> document, JsonTypeInfo<T> shape)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(document, shape) ?? throw new FormatException("It is empty.");
        }
        catch (Exception wrong) when (wrong is JsonException or NotSupportedException)
        {
            throw new FormatException($"It is not a readable document: {wrong.Message}", wrong);
        }
    }
}
