using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;
using ReturnedLine = SmartCardCrm.Loyalty.Programme.ReturnedLine;

namespace SmartCardCrm.Terminal;

/// <summary>What a terminal has of the past.</summary>
/// <param name="Terminal">Its number.</param>
internal sealed record TerminalRecords(Journal Journal, Replica Replica, uint Terminal);

/// <summary>A sale that happened, as far as undoing it needs it.</summary>
/// <param name="Intent">As it was written down.</param>
/// <param name="Rules">Those it was decided under.</param>
/// <param name="Returned">What has come back already, or may have: a doubt counts.</param>
internal sealed record SoldSale(Intent Intent, RuleSet Rules, IReadOnlyList<ReturnedLine> Returned)
{
    /// <summary>Whether another terminal sold it.</summary>
    public bool IsForeign { get; private init; }

    /// <summary>Whether goods of it have come back at another terminal.</summary>
    public bool CameBackElsewhere { get; private init; }

    /// <summary>Whether some of those came back without the card.</summary>
    public bool CameBackElsewhereWithoutCard { get; private init; }

    /// <summary>Looks in this terminal's journal, and in what headquarters has told.</summary>
    /// <param name="told">Null where it was not asked.</param>
    /// <returns>Null where neither knows such a sale, or that it happened, or the till went on without
    /// points.</returns>
    public static SoldSale? Find(TerminalRecords records, Guid sale, FindSaleReply? told)
    {
        if ((InJournal(records, sale) ?? AtHeadquarters(records, told)) is not { } found)
            return null;

        // Of what came back here headquarters may not know yet, and this journal not any more.
        var returned = told?.Returned.ToList() ?? [];
        var toldOfHere = returned.Where(back => back.Terminal == records.Terminal)
            .Select(back => back.Sequence).ToHashSet();
        var returnedHere = records.Journal.Undoing(sale)
            .Where(back => back.Happened != false && !back.IsAbandoned && !toldOfHere.Contains(back.Sequence))
            .SelectMany(back => back.Intent.Returned);
        var elsewhere = returned.Where(back => back.Terminal != records.Terminal).ToList();
        return found with
        {
            Returned =
            [
                .. returnedHere.Concat(returned.SelectMany(back => back.Lines))
                    .Select(line => new ReturnedLine((int)line.Line, line.QuantityMilli)),
            ],
            CameBackElsewhere = elsewhere.Count > 0,
            CameBackElsewhereWithoutCard = elsewhere.Any(back => !back.WithCard),
        };
    }

    private static SoldSale? InJournal(TerminalRecords records, Guid sale) =>
        records.Journal.Trace(sale) is { Happened: true, IsAbandoned: false } trace
        && (LogKind)trace.Intent.Kind == LogKind.Sale
            ? new SoldSale(trace.Intent, records.Replica.Rules(trace.Intent), [])
            : null;

    // Another terminal wrote it: it must still be what these rules would say.
    private static SoldSale? AtHeadquarters(TerminalRecords records, FindSaleReply? told) =>
        told?.Terms is { } terms && records.Replica.FindRules(terms.Context.RuleSetVersion) is { } rules
        && IntentReading.IsOf(terms, rules)
            ? new SoldSale(terms, rules, []) { IsForeign = told.Terminal != records.Terminal }
            : null;

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
