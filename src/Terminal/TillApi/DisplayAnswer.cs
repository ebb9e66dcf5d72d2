using System.Text.Json;
using SmartCardCrm.Terminal.Words;

namespace SmartCardCrm.Terminal.TillApi;

/// <summary>What the customer's display shows: nothing that bystanders should not hear, and nothing by which
/// a card or its owner could be found.</summary>
/// <param name="Checkout">The one that changed last; null where none is open and none was while the display
/// looked.</param>
/// <param name="CardPresent">Whether a card lies on the reader.</param>
/// <param name="Stopped">Why no card is served; null where cards are.</param>
internal sealed record DisplayAnswer(DisplayedCheckout? Checkout, bool CardPresent, string? Stopped);

/// <summary>A checkout as its customer sees it.</summary>
/// <param name="State">As a till is told it.</param>
/// <param name="Message">In the customer's language where that is known.</param>
/// <param name="Language">Two letters; null where nobody knows.</param>
/// <param name="Alias">As the member wants to be called, where this card was asked for it before.</param>
/// <param name="Balance">Points on the card.</param>
/// <param name="Expiring">How many of them expire next.</param>
/// <param name="ExpiresOn">When; null where none do.</param>
/// <param name="Points">What was done, or for a card that was only asked what the basket would do.</param>
internal sealed record DisplayedCheckout(
    string State, string Message, string? Language, string? Alias, int? Balance, int Expiring,
    DateOnly? ExpiresOn, DisplayedPoints? Points)
{
    public static DisplayedCheckout Of(Checkout checkout, string? alias, Texts texts)
    {
        var result = (checkout.State as CheckoutState.Completed)?.Result;
        var card = (checkout.State as CheckoutState.Answered)?.Result;
        return new DisplayedCheckout(
            JsonNamingPolicy.SnakeCaseLower.ConvertName(checkout.State.GetType().Name),
            Told.Of(checkout, texts).Customer, Told.LanguageOf(checkout), alias,
            card?.Balance ?? (result is { CardNumber: > 0 } ? result.BalanceAfter : null),
            card?.Expiring ?? 0, card?.ExpiresOn, DisplayedPoints.Of(result ?? card?.Quote));
    }
}

/// <param name="Earned">Put on the card.</param>
/// <param name="Redeemed">Taken off it.</param>
/// <param name="Pending">Given later.</param>
/// <param name="ActiveOn">When; null where none are.</param>
/// <param name="OnAccount">For the member's account, signed.</param>
/// <param name="Gains">Which rule gave what.</param>
internal sealed record DisplayedPoints(
    int Earned, int Redeemed, int Pending, DateOnly? ActiveOn, int OnAccount, IReadOnlyList<GainAnswer> Gains)
{
    public static DisplayedPoints? Of(CheckoutResult? result) => result is null
        ? null
        : new DisplayedPoints(
            result.Earned, result.Redeemed, result.Pending, result.ActiveOn, result.OnAccount,
            [.. result.Gains.Select(gain => new GainAnswer(gain.Rule, gain.Points))]);
}
