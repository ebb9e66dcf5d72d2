using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;
using ReturnedLine = SmartCardCrm.Loyalty.Programme.ReturnedLine;

namespace SmartCardCrm.Terminal;

/// <summary>A sale that happened, as far as undoing it needs it.</summary>
/// <param name="Intent">As it was written down.</param>
/// <param name="Rules">Those it was decided under.</param>
/// <param name="Returned">What has come back already, or may have: a doubt counts.</param>
internal sealed record SoldSale(Intent Intent, RuleSet Rules, IReadOnlyList<ReturnedLine> Returned)
{
    /// <summary>Looks in this terminal's journal.</summary>
    /// <returns>Null where it knows no such sale, or not that it happened, or the till went on without
    /// points.</returns>
    public static SoldSale? Find(Journal journal, Replica replica, Guid sale)
    {
        if (journal.Trace(sale) is not { Happened: true, IsAbandoned: false } trace
            || (LogKind)trace.Intent.Kind != LogKind.Sale)
        {
            return null;
        }

        var returned = journal.Undoing(sale)
            .Where(back => back.Happened != false && !back.IsAbandoned)
            .SelectMany(back => back.Intent.Returned)
            .Select(line => new ReturnedLine((int)line.Line, line.QuantityMilli));
        return new SoldSale(trace.Intent, replica.Rules(trace.Intent), [.. returned]);
    }

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
        var onCard = Return.OnCard(terms, balance, Rules.CardBalanceMost);
        return new OperationTerms(
            kind, onCard.Given, onCard.Taken, PriceOf(terms), -terms.Refund.Minor, Rules.Version)
        {
            OnAccount = onCard.OnAccount,
        };
    }

    // What the goods had cost, in money and points, below zero.
    private Money PriceOf(ReturnTerms terms) => terms.Refund with
    {
        Minor = -(terms.Refund.Minor + (long)terms.GivenBack * Rules.Redemption.PointValueMinor),
    };
}
