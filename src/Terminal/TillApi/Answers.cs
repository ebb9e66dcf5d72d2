using System.Text.Json;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Terminal.Words;

namespace SmartCardCrm.Terminal.TillApi;

/// <summary>The newest checkouts, newest first.</summary>
internal sealed record CheckoutsAnswer(IReadOnlyList<CheckoutAnswer> Checkouts);

/// <summary>A checkout as the till sees it.</summary>
/// <param name="Kind">sale, sale-on-account, enquiry, return, reversal, adjustment.</param>
/// <param name="CreatedAt">When it was posted, by the terminal's clock.</param>
/// <param name="AmountMinor">What its basket costs; null where it has none.</param>
/// <param name="State">waiting, tapping, present_again, in_doubt, completed, answered, declined, cancelled,
/// abandoned, timed_out.</param>
/// <param name="Reader">Of the last attempt; before the first the one that was asked for.</param>
/// <param name="Result">Where it is completed.</param>
/// <param name="DeclineReason">Where it is declined: card-blocked, currency-unknown …</param>
/// <param name="RetryCode">Where the card is to be presented again: card-lost …</param>
/// <param name="Attempts">Taps that have begun.</param>
/// <param name="Doubts">How many of them ended in doubt.</param>
/// <param name="Card">What the card says, where it was only asked.</param>
/// <param name="CustomerLanguage">Two letters, of the customer whose card was presented last; null where it
/// is not known.</param>
/// <param name="Message">The same for people.</param>
internal sealed record CheckoutAnswer(
    Guid Id, string Kind, DateTimeOffset CreatedAt, long? AmountMinor, string State, string? Reader,
    ResultAnswer? Result, string? DeclineReason, string? RetryCode, int Attempts, int Doubts,
    CardAnswer? Card, string? CustomerLanguage, Told Message)
{
    /// <param name="texts">The till's, as it asks for them.</param>
    public static CheckoutAnswer Of(Checkout checkout, Texts texts) => new(
        checkout.Id,
        JsonNamingPolicy.KebabCaseLower.ConvertName(checkout.Request.Order.GetType().Name),
        checkout.CreatedAt,
        BasketOf(checkout.Request.Order)?.Total.Minor,
        JsonNamingPolicy.SnakeCaseLower.ConvertName(checkout.State.GetType().Name),
        checkout.Reader ?? checkout.Request.Reader,
        checkout.State is CheckoutState.Completed(var result) ? ResultAnswer.Of(checkout.Id, result) : null,
        checkout.State is CheckoutState.Declined(var reason) ? Told.CodeOf(reason) : null,
        checkout.State is CheckoutState.PresentAgain(var code) ? code : null,
        checkout.Attempts,
        checkout.Doubts,
        checkout.State is CheckoutState.Answered(var card) ? CardAnswer.Of(checkout.Id, card) : null,
        Told.LanguageOf(checkout),
        Told.Of(checkout, texts));

    private static Basket? BasketOf(Order order) => order switch
    {
        Order.Sale sale => sale.Basket,
        Order.SaleOnAccount sale => sale.Basket,
        Order.Enquiry enquiry => enquiry.Basket,
        _ => null,
    };
}

/// <summary>What a completed checkout did.</summary>
/// <param name="OperationId">The same as the checkout's id; what the journal and headquarters call
/// it.</param>
/// <param name="Kind">sale, return, reversal.</param>
/// <param name="Earned">Points put on the card: earned, or given back.</param>
/// <param name="Redeemed">Points taken off it: redeemed, or taken back.</param>
/// <param name="DueMinor">Left to pay in money, minor units; below zero what is to be given back.</param>
/// <param name="BalanceAfter">Points on the card; null without a card, as the next two.</param>
/// <param name="Counter">n of the card's record.</param>
/// <param name="CardNumber">Its last four digits.</param>
/// <param name="CardActions">Numbers of the card actions applied with it.</param>
/// <param name="CardActionPoints">What they changed, signed.</param>
/// <param name="Gains">Which rule gave what; their sum is what was earned.</param>
/// <param name="RedemptionLimit">Why fewer points were redeemed than asked for, <see
/// cref="Loyalty.Programme.RedemptionLimit"/> in lower case with hyphens; null where they were not.</param>
/// <param name="OnAccount">Points for the member's account: without a card all of them; of a return with a
/// card those that it had no room for, below zero those that it did not have and that the member
/// owes.</param>
/// <param name="FromRefund">Points that the card of a return did not hold and that are paid out of the
/// refund.</param>
/// <param name="Pending">Points that a sale gives later.</param>
/// <param name="ActiveOn">The day from which those may be spent; left out where there are none.</param>
internal sealed record ResultAnswer(
    Guid OperationId, string Kind, int Earned, int Redeemed, long DueMinor, int? BalanceAfter,
    uint? Counter, string? CardNumber, int RuleSetVersion, IReadOnlyList<uint> CardActions,
    int CardActionPoints,
    IReadOnlyList<GainAnswer> Gains, string? RedemptionLimit, int OnAccount,
    int FromRefund, int Pending, DateOnly? ActiveOn)
{
    public static ResultAnswer Of(Guid id, CheckoutResult result) => new(
        id, Told.CodeOf(result.Kind),
        result.Earned, result.Redeemed, result.DueMinor,
        result.CardNumber == 0 ? null : result.BalanceAfter, result.CardNumber == 0 ? null : result.Counter,
        result.CardNumber == 0 ? null : $"…{result.CardNumber % 10_000:0000}",
        result.RuleSetVersion, result.CardActions,
        result.CardActionPoints, [.. result.Gains.Select(gain => new GainAnswer(gain.Rule, gain.Points))],
        result.RedemptionLimit is { } limit ? Told.CodeOf(limit) : null,
        result.OnAccount, result.FromRefund, result.Pending, result.ActiveOn);
}

/// <summary>What a card says.</summary>
/// <param name="Number">Its last four digits.</param>
/// <param name="ValidThrough">Its last day, yyyy-MM-dd; left out for no end.</param>
/// <param name="ExpiresOn">The day from which points of the balance may not be spent any more; left out where
/// none expire.</param>
/// <param name="Expiring">How many.</param>
/// <param name="DeclineReason">Why it could not buy now; left out where it could.</param>
/// <param name="Offers">Those that hold today; left out where the member file was not wanted.</param>
/// <param name="Quote">What the basket would do.</param>
internal sealed record CardAnswer(
    string Number, int Balance, int Tier, uint Counter, DateOnly? ValidThrough, DateOnly? ExpiresOn,
    int Expiring, string? DeclineReason, string? Language, string? Alias,
    IReadOnlyList<OfferAnswer>? Offers, ResultAnswer? Quote)
{
    public static CardAnswer Of(Guid id, EnquiryResult result) => new(
        $"…{result.CardNumber % 10_000:0000}", result.Balance, result.Tier, result.Counter,
        result.ValidThrough, result.ExpiresOn, result.Expiring,
        result.Declined is { } reason ? Told.CodeOf(reason) : null,
        result.Language, result.Alias, result.Offers?.Select(OfferAnswer.Of).ToList(),
        result.Quote is { } quote ? ResultAnswer.Of(id, quote) : null);
}

/// <summary>Something that the chain offers whoever has the card; no rule knows of it.</summary>
/// <param name="Id">The chain's number for it.</param>
/// <param name="Until">Its last day, yyyy-MM-dd; left out for no end.</param>
/// <param name="UsesLeft">How often.</param>
/// <param name="Kind">What the programme makes of it.</param>
internal sealed record OfferAnswer(uint Id, DateOnly? Until, int UsesLeft, int Kind)
{
    public static OfferAnswer Of(CardOffer offer) => new(offer.Id, offer.Until, offer.UsesLeft, offer.Kind);
}

/// <summary>What one rule changed.</summary>
/// <param name="Rule">Its code, or <c>card full</c>.</param>
/// <param name="Points">Negative where it took some.</param>
internal sealed record GainAnswer(string Rule, long Points);

/// <summary>The terminal's readers, as they were named at its start; where none was, those plugged in since,
/// in the order in which they came.</summary>
internal sealed record ReadersAnswer(IReadOnlyList<ReaderAnswer> Readers);

/// <param name="Available">Plugged in, and its driver answers.</param>
internal sealed record ReaderAnswer(string Name, bool Available, bool CardPresent);

/// <summary>How the terminal is.</summary>
/// <param name="Ready">It sells: keys and rules are there and nobody has stopped it.</param>
/// <param name="StoppedBecause">A stable code where it must not sell any more.</param>
/// <param name="HoldsKeys">It can open cards by itself; where it cannot, headquarters drives them.</param>
/// <param name="Connected">Headquarters is on the line; selling with keys does not need it.</param>
/// <param name="EntriesUnsent">Journal entries headquarters has not acknowledged.</param>
/// <param name="Faults">What does not work on this machine while it sells all the same, a line
/// each.</param>
/// <param name="Message">Why no card is served, for people; null where cards are.</param>
internal sealed record HealthAnswer(
    uint Terminal, bool Ready, string? StoppedBecause, bool HoldsKeys, bool Connected, uint EntriesUnsent,
    int OpenDoubts, int? RuleSetVersion, IReadOnlyList<string> Faults, Told? Message = null);

/// <summary>Where the running terminal answers: DATA/endpoints.json.</summary>
internal sealed record EndpointsFile(string TillApi, int Pid);
