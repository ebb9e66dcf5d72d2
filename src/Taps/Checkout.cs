using System.Globalization;
using System.Text.Json.Serialization;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Taps;

/// <summary>What the till asks for. Two requests are the same when every value is.</summary>
/// <param name="Order">What is to be done.</param>
/// <param name="Store">Where it was sold; null for the terminal's own store.</param>
/// <param name="SoldAt">The store's local time as the till gave it, <c>yyyy-MM-ddTHH:mm:ss</c>; null if it
/// did not.</param>
/// <param name="BusinessDate">The store's; null for today there.</param>
/// <param name="Reader">The only reader that will do; null for any.</param>
/// <param name="Timeout">How long to wait for a card, counted again after each attempt.</param>
internal sealed record CheckoutRequest(
    Order Order, uint? Store, string? SoldAt, DateOnly? BusinessDate, string? Reader,
    TimeSpan Timeout)
{
    public const int AllPoints = int.MaxValue;

    /// <summary>Who is at the till, 1 to 64 characters; null where it does not say.</summary>
    public string? Cashier { get; init; }
}

/// <summary>One checkout: it wants one card, once.</summary>
/// <param name="Id">Also the operation id, kept over retries: a UUIDv7.</param>
/// <param name="IdempotencyKey">The till's name for it.</param>
/// <param name="Attempts">How many taps have begun.</param>
/// <param name="Doubts">How many of them ended in doubt.</param>
/// <param name="Deadline">When it stops waiting.</param>
internal sealed record Checkout(
    Guid Id, CheckoutRequest Request, string IdempotencyKey, DateTimeOffset CreatedAt, CheckoutState State,
    int Attempts, int Doubts, DateTimeOffset Deadline)
{
    /// <summary>The reader of the last attempt; null before the first.</summary>
    public string? Reader { get; init; }

    /// <summary>Two letters, of the member whose card was presented last; null where nobody knows.</summary>
    public string? CustomerLanguage { get; init; }

    /// <summary>What headquarters told of the sale that it undoes when it was posted, <see
    /// cref="FindSaleReply"/> in base64; null where it was not asked.</summary>
    public string? SaleReply { get; init; }

    [JsonIgnore]
    public FindSaleReply? SaleTold =>
        SaleReply is null ? null : FindSaleReply.Parser.ParseFrom(Convert.FromBase64String(SaleReply));
}

/// <summary>Where a checkout stands.</summary>
[JsonDerivedType(typeof(Waiting), "waiting")]
[JsonDerivedType(typeof(Tapping), "tapping")]
[JsonDerivedType(typeof(PresentAgain), "present_again")]
[JsonDerivedType(typeof(InDoubt), "in_doubt")]
[JsonDerivedType(typeof(Completed), "completed")]
[JsonDerivedType(typeof(Answered), "answered")]
[JsonDerivedType(typeof(Declined), "declined")]
[JsonDerivedType(typeof(Cancelled), "cancelled")]
[JsonDerivedType(typeof(Abandoned), "abandoned")]
[JsonDerivedType(typeof(TimedOut), "timed_out")]
internal abstract record CheckoutState
{
    private CheckoutState() { }

    /// <summary>Whether nothing will change any more.</summary>
    [JsonIgnore]
    public bool IsOver => this is Completed or Answered or Declined or Cancelled or Abandoned or TimedOut;

    /// <summary>No card has come yet.</summary>
    public sealed record Waiting : CheckoutState;

    /// <summary>A card is being worked on.</summary>
    /// <param name="CancelAsked">Whether it ends here unless this tap succeeds.</param>
    public sealed record Tapping(bool CancelAsked) : CheckoutState;

    /// <summary>The tap certainly did nothing; any card may come next.</summary>
    /// <param name="Code">Why, one of <see cref="RetryCode"/>.</param>
    public sealed record PresentAgain(string Code) : CheckoutState;

    /// <summary>The tap may have succeeded: only the same card, or headquarters, can tell.</summary>
    /// <param name="IntentSequence">The journal entry that is in doubt.</param>
    public sealed record InDoubt(uint IntentSequence) : CheckoutState;

    /// <summary>The card has committed, and the journal knows.</summary>
    public sealed record Completed(CheckoutResult Result) : CheckoutState;

    /// <summary>The card was read, and nothing changed.</summary>
    public sealed record Answered(EnquiryResult Result) : CheckoutState;

    /// <summary>The programme says no; nothing happened.</summary>
    public sealed record Declined(DeclineReason Reason) : CheckoutState;

    /// <summary>The till took it back before anything happened.</summary>
    public sealed record Cancelled : CheckoutState;

    /// <summary>The till went on without the card while it was in doubt; the receipt shows no
    /// points.</summary>
    public sealed record Abandoned : CheckoutState;

    /// <summary>No card came in time; nothing happened.</summary>
    public sealed record TimedOut : CheckoutState;
}

/// <summary>Why a card has to be presented again; stable.</summary>
internal static class RetryCode
{
    public const string CardLost = "card-lost";
    public const string CardRefused = "card-refused";
    public const string CardForeign = "card-foreign";
    public const string CardNotTrusted = "card-not-trusted";

    /// <summary>Something lies on the reader that cannot be opened: two cards at once, a card of another
    /// kind, one that does not answer.</summary>
    public const string CardUnreadable = "card-unreadable";

    public const string KeysForgotten = "keys-forgotten";

    /// <summary>Headquarters decides here, and could not be reached, or not until the end.</summary>
    public const string HeadquartersAway = "headquarters-away";
    public const string Restarted = "terminal-restarted";
    public const string DidNotHappen = "did-not-happen";
}

/// <summary>What a card says.</summary>
/// <param name="Balance">Points on it.</param>
/// <param name="Counter">n of its newest record.</param>
/// <param name="ValidThrough">Its last day; null for no end.</param>
/// <param name="Declined">Why it could not buy now; null where it could.</param>
internal sealed record EnquiryResult(
    ulong CardNumber, int Balance, int Tier, uint Counter, DateOnly? ValidThrough, DeclineReason? Declined)
{
    /// <summary>From when points of the balance may not be spent any more; null where none expire.</summary>
    public DateOnly? ExpiresOn { get; init; }

    /// <summary>How many; 0 where none expire.</summary>
    public int Expiring { get; init; }

    /// <summary>Those that hold today; null where the member file was not wanted.</summary>
    public IReadOnlyList<CardOffer>? Offers { get; init; }

    /// <summary>Two letters; null where the member file was not wanted, or is erased.</summary>
    public string? Language { get; init; }

    /// <summary>As the member wants to be called; null where the member file was not wanted or names
    /// none.</summary>
    public string? Alias { get; init; }

    /// <summary>What the basket would do; null where there is none, or the card could not buy.</summary>
    public CheckoutResult? Quote { get; init; }
}

/// <summary>What a completed checkout did.</summary>
/// <param name="Kind">Sale, return or reversal.</param>
/// <param name="Earned">Points it put on the card: earned, or given back.</param>
/// <param name="Redeemed">Points it took off: redeemed, or taken back.</param>
/// <param name="DueMinor">Left to pay in money, minor units; below zero what is given back.</param>
/// <param name="BalanceAfter">Points on the card; 0 without a card.</param>
/// <param name="CardNumber">0 without a card.</param>
/// <param name="Counter">n of the card's record; 0 without a card.</param>
/// <param name="CardActions">Numbers of the card actions applied with it, ascending.</param>
/// <param name="CardActionPoints">What they changed, signed.</param>
internal sealed record CheckoutResult(
    LogKind Kind, int Earned, int Redeemed, long DueMinor, int BalanceAfter, ulong CardNumber, uint Counter,
    int RuleSetVersion, IReadOnlyList<uint> CardActions, int CardActionPoints)
{
    /// <summary>Which rule gave what.</summary>
    public IReadOnlyList<RuleGain> Gains { get; init; } = [];

    /// <summary>Why fewer points were redeemed than asked for; null where they were not.</summary>
    public RedemptionLimit? RedemptionLimit { get; init; }

    /// <summary>Points that wait on the member's account: without a card all of them; of a return with a card
    /// those that it had no room for, below zero those that it did not have and the member owes.</summary>
    public int OnAccount { get; init; }

    /// <summary>Points that a return's card did not hold and that are paid out of the refund.</summary>
    public int FromRefund { get; init; }

    /// <summary>Points that it gives later; 0 for none.</summary>
    public int Pending { get; init; }

    /// <summary>From when those may be spent; null where there are none.</summary>
    public DateOnly? ActiveOn { get; init; }

    /// <summary>What an intent did, once it is known to have happened.</summary>
    /// <param name="terms">As it was decided.</param>
    public static CheckoutResult Of(Intent intent, OperationTerms terms) => new(
        terms.Kind, terms.Earned, terms.Redeemed, terms.DueMinor,
        BalanceAfter: intent.Card is null ? 0 : intent.BalanceAfter, intent.Card?.CardNumber ?? 0,
        Counter: intent.Card is null ? 0 : intent.CounterRead + 1, terms.RuleSetVersion,
        [.. intent.CardActions], IntentReading.CardActionPoints(intent))
    {
        Gains = terms.Gains,
        RedemptionLimit = terms.RedemptionLimit,
        OnAccount = terms.OnAccount,
        FromRefund = terms.FromRefund,
        Pending = terms.Pending,
        ActiveOn = terms.Pending == 0
            ? null
            : DateOnly.ParseExact(intent.Context.BusinessDate, "O", CultureInfo.InvariantCulture)
                .AddDays(terms.PendingDays),
    };

    /// <summary>What an approved sale would do to a card.</summary>
    /// <param name="newest">The card's newest record.</param>
    /// <param name="today">The store's.</param>
    public static CheckoutResult Quoted(LogRecord newest, CardDecision.Approved approved, DateOnly today)
    {
        var terms = approved.Terms;
        var adjusted = approved.Actions.Sum(action => action.Points);
        return new CheckoutResult(
            terms.Kind, terms.Earned, terms.Redeemed, terms.DueMinor,
            newest.BalanceAfter + adjusted + terms.Earned - terms.Redeemed, newest.CardNumber, newest.Counter,
            terms.RuleSetVersion, [.. approved.Actions.Select(action => (uint)action.Number)], adjusted)
        {
            Gains = terms.Gains,
            RedemptionLimit = terms.RedemptionLimit,
            Pending = terms.Pending,
            ActiveOn = terms.Pending == 0 ? null : today.AddDays(terms.PendingDays),
        };
    }

    /// <param name="rules">The version that it names.</param>
    public static CheckoutResult Of(Intent intent, RuleSet rules) =>
        Of(intent, IntentReading.TermsOf(intent, rules));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Checkout))]
[JsonSerializable(typeof(CheckoutState))]
internal sealed partial class CheckoutJson : JsonSerializerContext;
