using System.Text.Json;

namespace SmartCardCrm.Terminal.Words;

/// <summary>What cashier and customer are told, each in words of their own: the customer is told nothing that
/// bystanders should not hear.</summary>
/// <param name="Cashier">What happened, and what to do.</param>
/// <param name="Customer">For the display, or to be read out.</param>
internal sealed record Told(string Cashier, string Customer)
{
    /// <summary>Where a checkout stands, and why.</summary>
    /// <param name="texts">The till's; the customer's too, where nobody knows the customer's
    /// language.</param>
    public static Told Of(Checkout checkout, Texts texts) =>
        Of(NamesOf(checkout.State), texts, Texts.Of(LanguageOf(checkout)) ?? texts);

    /// <summary>The customer's language, two letters: as the card says it where that was read, or else as
    /// headquarters did; null where nobody knows.</summary>
    public static string? LanguageOf(Checkout checkout) =>
        (checkout.State is CheckoutState.Answered(var card) ? card.Language : null)
        ?? checkout.CustomerLanguage;

    /// <summary>What a code of a problem means to people; null where it means something to programs
    /// only.</summary>
    public static Told? Of(string code, Texts texts)
    {
        string[] families = ["Stop", "Decline", "Problem"];
        return families.Select(family => $"{family}.{code}")
            .FirstOrDefault(name => texts.Find($"{name}.cashier") is not null) is { } known
            ? Of([known], texts, texts)
            : null;
    }

    /// <summary>Why no card is served; null where cards are.</summary>
    /// <param name="stoppedBecause">As health names it.</param>
    /// <param name="isReady">Whether keys and rules are there.</param>
    public static Told? OfHealth(string? stoppedBecause, bool isReady, Texts texts) =>
        isReady ? null : Of(stoppedBecause ?? "not-ready", texts) ?? Of("not-ready", texts);

    /// <summary>A code of the source as texts and the Till API have it.</summary>
    public static string CodeOf<T>(T code)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(code.ToString());

    private static Told Of(IReadOnlyList<string> names, Texts cashier, Texts customer) => new(
        string.Join(' ', names.Select(name => cashier[$"{name}.cashier"])),
        string.Join(' ', names.Select(name => customer[$"{name}.customer"])));

    private static IReadOnlyList<string> NamesOf(CheckoutState state)
    {
        var name = $"State.{JsonNamingPolicy.SnakeCaseLower.ConvertName(state.GetType().Name)}";
        return state switch
        {
            CheckoutState.PresentAgain(var code) => [$"Retry.{code}"],
            CheckoutState.Declined(var reason) => [$"Decline.{CodeOf(reason)}"],
            CheckoutState.Answered { Result.Declined: { } reason } => [name, $"Decline.{CodeOf(reason)}"],
            CheckoutState.Answered { Result.Quote.RedemptionLimit: { } limit } =>
                [name, $"Limit.{CodeOf(limit)}"],
            CheckoutState.Completed { Result.RedemptionLimit: { } limit } =>
                [name, $"Limit.{CodeOf(limit)}"],
            _ => [name],
        };
    }
}
