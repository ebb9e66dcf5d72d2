using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;
using ReturnedLine = SmartCardCrm.Loyalty.Programme.ReturnedLine;

namespace SmartCardCrm.Taps;

/// <summary>A sale that happened, as far as undoing it needs it.</summary>
/// <param name="Intent">As it was written down.</param>
/// <param name="Rules">Those it was decided under.</param>
/// <param name="Returned">What has come back already, or may have: a doubt counts.</param>
internal sealed record SoldSale(Intent Intent, RuleSet Rules, IReadOnlyList<ReturnedLine> Returned)
{
    /// <summary>Whether another terminal sold it.</summary>
    public bool IsForeign { get; init; }

    /// <summary>Whether goods of it have come back at another terminal.</summary>
    public bool CameBackElsewhere { get; init; }

    /// <summary>Whether some of those came back without the card.</summary>
    public bool CameBackElsewhereWithoutCard { get; init; }

    /// <summary>What headquarters tells of a sale; null where it knows none that goods may come back
    /// from.</summary>
    /// <param name="rulesOf">The rules of a version; null where there are none.</param>
    /// <param name="terminal">Where goods come back now.</param>
    /// <remarks>Another terminal wrote it: it must still be what these rules would say.</remarks>
    public static SoldSale? Told(FindSaleReply? told, Func<uint, RuleSet?> rulesOf, uint terminal) =>
        told?.Terms is { } terms && rulesOf(terms.Context.RuleSetVersion) is { } rules
        && IntentReading.IsOf(terms, rules)
            ? new SoldSale(terms, rules, LinesOf(told.Returned)) { IsForeign = told.Terminal != terminal }
            : null;

    /// <summary>What came back with these returns.</summary>
    public static IReadOnlyList<ReturnedLine> LinesOf(IEnumerable<SaleReturn> returned) =>
        [.. returned.SelectMany(back => back.Lines).Select(LineOf)];

    public static ReturnedLine LineOf(SyncContract.ReturnedLine line) =>
        new((int)line.Line, line.QuantityMilli);

    /// <summary>All that has not come back.</summary>
    public IReadOnlyList<ReturnedLine> Rest => Return.Rest(IntentReading.BasketOf(Intent), Returned);

    /// <summary>What comes back, undone; null where it cannot come back.</summary>
    public ReturnTerms? Undo(IReadOnlyList<ReturnedLine> now) => now.Count == 0
        ? null
        : Return.Decide(
            IntentReading.BasketOf(Intent), IntentReading.SaleTermsOf(Intent, Rules),
            Rules.Redemption.PointValueMinor, Returned, now);

    /// <summary>The same for the member's account, which takes and gives all.</summary>
    public OperationTerms OnAccount(LogKind kind, ReturnTerms terms) =>
        new(kind, Earned: 0, Redeemed: 0, PriceOf(terms), -terms.Refund.Minor, Rules.Version)
        {
            OnAccount = terms.GivenBack - terms.TakenBack,
        };

    /// <summary>The same for a card: it takes no more than it has room for, and gives no more than it
    /// holds.</summary>
    /// <param name="balance">Points on the card, card actions applied.</param>
    public OperationTerms TermsFor(LogKind kind, ReturnTerms terms, int balance)
    {
        var onCard = Return.OnCard(terms, balance, Rules);
        var paid = (long)onCard.FromRefund * Rules.Redemption.PointValueMinor;
        return new OperationTerms(
            kind, onCard.Given, onCard.Taken, PriceOf(terms), paid - terms.Refund.Minor, Rules.Version)
        {
            OnAccount = onCard.OnAccount,
            FromRefund = onCard.FromRefund,
        };
    }

    // What the goods had cost, in money and points, below zero.
    private Money PriceOf(ReturnTerms terms) => terms.Refund with
    {
        Minor = -(terms.Refund.Minor + (long)terms.GivenBack * Rules.Redemption.PointValueMinor),
    };
}
