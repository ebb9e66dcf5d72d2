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
internal sealed record Health(bool Ready, int EntriesUnsent, int OpenDoubts);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CheckoutOrder))]
[JsonSerializable(typeof(Checkout))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(ReaderList))]
internal sealed partial class TillJson : JsonSerializerContext;
