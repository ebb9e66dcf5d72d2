using System.Text.Json.Serialization;
using SmartCardCrm.Demo.Purchases;

namespace SmartCardCrm.Demo.Till;

/// <summary>A checkout as the Till API wants it.</summary>
internal sealed record CheckoutOrder(
    long AmountMinor, string Currency, int RedeemPoints, bool RedeemAll, int Store, string SoldAt,
    string Reader,
    int TimeoutMs)
{
    private const int PatienceMs = 600_000;

    public static CheckoutOrder For(Basket basket, Wish wish, string reader) =>
        new(basket.AmountMinor, "USD", wish.All ? 0
            : wish.Points, wish.All, basket.Store, basket.SoldAt, reader,
            PatienceMs);
}

/// <summary>A checkout as the Till API tells it.</summary>
internal sealed record Checkout(
    string Id, string State, SaleResult? Result = null, string? DeclineReason = null, int Attempts = 0,
    int Doubts = 0)
{
    /// <summary>Nothing will change any more.</summary>
    public bool IsOver => State is "completed" or "declined" or "cancelled" or "abandoned" or "timed_out";
}

/// <summary>What a completed sale did.</summary>
internal sealed record SaleResult(
    int Earned, int Redeemed, long DueMinor, int? BalanceAfter, long? Counter, Guid OperationId,
    int CardActionPoints, IReadOnlyList<int> CardActions);

/// <summary>One of the terminal's readers.</summary>
internal sealed record ReaderState(string Name, bool Available, bool CardPresent);

internal sealed record ReaderList(IReadOnlyList<ReaderState> Readers);

/// <summary>How the terminal is.</summary>
/// <param name="Ready">It sells.</param>
/// <param name="Connected">Headquarters is on the line.</param>
/// <param name="EntriesUnsent">Journal entries headquarters has not acknowledged.</param>
/// <param name="OpenDoubts">Commits that nobody saw answered.</param>
internal sealed record Health(bool Ready, bool Connected, int EntriesUnsent, int OpenDoubts);

/// <summary>A sale to whichever card comes, at the terminal's own store, now.</summary>
internal sealed record PlainOrder(long AmountMinor, string Currency, bool RedeemAll, int TimeoutMs);

/// <summary>A checkout as a page shows it.</summary>
internal sealed record ShownCheckout(
    string Id, DateTimeOffset CreatedAt, long? AmountMinor, string State, string? Reader,
    string? DeclineReason, int Attempts, int Doubts, string? CustomerLanguage, ShownResult? Result,
    ShownMessage Message);

/// <param name="CardNumber">Its last four digits.</param>
internal sealed record ShownResult(
    int Earned, int Redeemed, long DueMinor, int? BalanceAfter, long? Counter, string? CardNumber);

/// <param name="Cashier">What the till says.</param>
/// <param name="Customer">What the display says.</param>
internal sealed record ShownMessage(string Cashier, string Customer);

internal sealed record ShownCheckouts(IReadOnlyList<ShownCheckout> Checkouts);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CheckoutOrder))]
[JsonSerializable(typeof(PlainOrder))]
[JsonSerializable(typeof(ShownCheckouts))]
[JsonSerializable(typeof(Checkout))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(ReaderList))]
internal sealed partial class TillJson : JsonSerializerContext;
