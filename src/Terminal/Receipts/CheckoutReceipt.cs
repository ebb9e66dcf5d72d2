using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Terminal.Words;

namespace SmartCardCrm.Terminal.Receipts;

/// <summary>The receipt of a checkout that is over: what its result says, in the customer's words.</summary>
internal sealed class CheckoutReceipt(LineWriter write)
{
    /// <param name="checkout">Over.</param>
    /// <param name="currency">Null where it is not known: then amounts are left out.</param>
    public static Receipt Of(Checkout checkout, Currency? currency, Texts texts)
    {
        var write = new LineWriter(texts, currency);
        var lines = new CheckoutReceipt(write).LinesOf(checkout)
            .Append(write.Plain(ReceiptLineKind.Operation, checkout.Id.ToString("D")));
        return new Receipt(write.CurrencyCode, [.. lines]);
    }

    private IEnumerable<ReceiptLine> LinesOf(Checkout checkout) => checkout.State switch
    {
        CheckoutState.Completed(var result) => Completed(result),
        CheckoutState.Answered(var card) => Answered(card),
        CheckoutState.Abandoned => [Title(checkout.Request.Order), write.Note("State.abandoned.customer")],
        CheckoutState.Declined(var reason) =>
        [
            Title(checkout.Request.Order), write.Note("Receipt.no-points"),
            write.Note($"Decline.{Told.CodeOf(reason)}.customer"),
        ],
        _ => [Title(checkout.Request.Order), write.Note("Receipt.no-points")],
    };

    private IEnumerable<ReceiptLine> Completed(CheckoutResult result) =>
    [
        write.Title(Told.CodeOf(result.Kind)),
        .. CardOf(result.CardNumber),
        .. write.Change(ReceiptLineKind.CardActions, result.CardActionPoints),
        .. result.Kind == LogKind.Sale ? Sold(result) : Moved(result),
        .. write.Change(
            ReceiptLineKind.OnAccount, result.OnAccount,
            write.Texts[result.OnAccount < 0 ? "Receipt.from-account" : "Receipt.on-account"]),
        .. MovedOf(ReceiptLineKind.FromRefund, result.FromRefund),
        .. PendingOf(result),
        .. result.CardNumber == 0
            ? []
            : new[] { write.Points(ReceiptLineKind.Balance, result.BalanceAfter) },
        .. DueOf(result),
        .. LimitOf(result),
        .. result.OnAccount == 0 ? [] : new[] { write.Note("Receipt.account-later") },
    ];

    // Without a card, what was earned stands in the line about the account.
    private IEnumerable<ReceiptLine> Sold(CheckoutResult result) => result.CardNumber == 0
        ? GainsOf(result)
        :
        [
            .. result.Pending > 0 ? [] : new[] { write.Points(ReceiptLineKind.Earned, result.Earned) },
            .. GainsOf(result),
            .. MovedOf(ReceiptLineKind.Redeemed, result.Redeemed),
        ];

    private IEnumerable<ReceiptLine> PendingOf(CheckoutResult result) => result.ActiveOn is { } day
        ?
        [
            write.Points(
                ReceiptLineKind.Pending, result.Pending, write.Dated("Receipt.pending", day)),
        ]
        : [];

    private IEnumerable<ReceiptLine> Moved(CheckoutResult result) => result.Kind == LogKind.Adjustment
        ?
        [
            .. MovedOf(ReceiptLineKind.GivenBack, result.Earned, write.Texts["Receipt.put-on"]),
            .. MovedOf(ReceiptLineKind.TakenBack, result.Redeemed, write.Texts["Receipt.taken-off"]),
        ]
        :
        [
            .. MovedOf(ReceiptLineKind.GivenBack, result.Earned),
            .. MovedOf(ReceiptLineKind.TakenBack, result.Redeemed),
        ];

    private IEnumerable<ReceiptLine> MovedOf(ReceiptLineKind kind, int points, string? words = null) =>
        points == 0 ? [] : [write.Points(kind, points, words)];

    // One rule gave what the line above says.
    private IEnumerable<ReceiptLine> GainsOf(CheckoutResult result) => result.Gains.Count < 2
        ? []
        : result.Gains.Select(gain => write.Part(
            ReceiptLineKind.Gain,
            gain.Rule == RuleGain.CardFull ? write.Texts["Receipt.card-full"] : gain.Rule, gain.Points));

    private IEnumerable<ReceiptLine> Answered(EnquiryResult card) =>
    [
        write.Title("enquiry"),
        .. CardOf(card.CardNumber),
        write.Points(ReceiptLineKind.Balance, card.Balance),
        .. card.ValidThrough is { } day
            ? new[] { write.Plain(ReceiptLineKind.ValidThrough, write.Date(day)) }
            : [],
        .. card.ExpiresOn is { } expires
            ?
            [
                write.Points(
                    ReceiptLineKind.Expiring, card.Expiring,
                    write.Dated("Receipt.expiring", expires)),
            ]
            : Array.Empty<ReceiptLine>(),
        .. card.Quote is { } quote ? Quoted(quote) : [],
        .. card.Declined is { } reason ? new[] { write.Note($"Decline.{Told.CodeOf(reason)}.customer") } : [],
    ];

    private IEnumerable<ReceiptLine> Quoted(CheckoutResult quote) =>
    [
        write.Points(ReceiptLineKind.Earned, quote.Earned + quote.Pending, write.Texts["Receipt.would-earn"]),
        .. GainsOf(quote),
        .. quote.Redeemed == 0
            ? []
            : new[]
            {
                write.Points(ReceiptLineKind.Redeemed, quote.Redeemed, write.Texts["Receipt.would-redeem"]),
            },
        .. DueOf(quote),
        .. LimitOf(quote),
    ];

    private IEnumerable<ReceiptLine> CardOf(ulong number) => number == 0
        ? []
        : [write.Plain(ReceiptLineKind.Card, $"\u2026{number % 10_000:0000}")];

    private IEnumerable<ReceiptLine> DueOf(CheckoutResult result) => result.Kind == LogKind.Adjustment
        ? []
        : write.Money(
            ReceiptLineKind.Due, write.Texts[result.DueMinor < 0 ? "Receipt.refund" : "Receipt.due"],
            result.DueMinor, Math.Abs(result.DueMinor));

    private IEnumerable<ReceiptLine> LimitOf(CheckoutResult result) => result.RedemptionLimit is { } limit
        ? [write.Note($"Limit.{Told.CodeOf(limit)}.customer")]
        : [];

    private ReceiptLine Title(Order order) => write.Title(order switch
    {
        Order.Enquiry => "enquiry",
        Order.Return => "return",
        Order.Reversal => "reversal",
        Order.Adjustment => "adjustment",
        _ => "sale",
    });
}
