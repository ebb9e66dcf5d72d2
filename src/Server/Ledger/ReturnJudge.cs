using System.Diagnostics;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using ReturnedLine = SmartCardCrm.Loyalty.Programme.ReturnedLine;

namespace SmartCardCrm.Server.Ledger;

/// <summary>A return that fits its sale.</summary>
/// <param name="Sale">What it undoes.</param>
/// <param name="GivenBack">Points that come back to the member.</param>
/// <param name="TakenBack">Points that are taken back.</param>
/// <param name="Pending">Those of them that had been given for later and still wait, below zero.</param>
/// <param name="Waived">Those of them that its card did not hold and that are not owed: forgiven, or paid out
/// of the refund.</param>
/// <param name="Day">Its business date.</param>
internal sealed record JudgedReturn(
    ReturnableSale Sale, long GivenBack, long TakenBack, long Pending, long Waived, string Day);

/// <summary>Compares a return with its sale.</summary>
internal static class ReturnJudge
{
    /// <summary>Null beside a stable code where they do not fit.</summary>
    public static (JudgedReturn? Judged, string Difference) Judge(DbSession db, ReturnRow back)
    {
        if (TermsAt(db, back.Place) is not { } written
            || JournalReading.UndoingOf(written) is not { } undoing)
        {
            return (null, "sale-unknown");
        }

        var sale = back.Uid is null ? ReturnableSale.At(db, back.Terminal, undoing.Sale)
            : ReturnableSale.Of(db, back.Uid, back.Generation!.Value, undoing.Sale);
        if (sale is null)
            return (null, ReturnableSale.Exists(db, undoing.Sale) ? "card-other" : "sale-awaited");
        if (sale.Decided(db) is not { } sold)
            return (null, "basket");
        if (sold.IsAbandoned)
            return (null, "sale-abandoned");

        var before = ReturnRow.OfSale(db, undoing.Sale)
            .Where(other => other.State != ReturnState.Abandoned && other.CameBefore(back, sale))
            .SelectMany(other => JournalReading.UndoingOf(TermsAt(db, other.Place))?.Now ?? []).ToList();
        var pointValue = sold.Rules.Redemption.PointValueMinor;
        if (Return.Decide(sold.Basket, sold.Terms, pointValue, before, undoing.Now) is not { } terms)
            return (null, "return-too-much");
        if (!SameQuantities(before, undoing.Before))
            return (null, "returned-before");
        var price = terms.Refund.Minor + (long)terms.GivenBack * pointValue;
        var onCard = back.Uid is null ? default(ReturnOnCard?) : OnCard(db, back, sold, terms);
        var difference = onCard is { } moved
            ? CardDiffers(db, back, sale, price, moved) ?? RefundDiffers(written, terms, moved, pointValue)
            : AccountDiffers(written, sale, terms, price);
        if (difference is not null)
            return (null, difference);
        return (
            new JudgedReturn(
                sale, terms.GivenBack, terms.TakenBack, PendingOf(terms, sale, sold, written),
                onCard is { } waived ? waived.Forgiven + waived.FromRefund : 0, written.Context.BusinessDate),
            "");
    }

    /// <summary>The terms that a journal entry tells of; null where it tells of none.</summary>
    public static SyncContract.Intent? TermsAt(DbSession db, JournalPlace place) =>
        Journals.Find(db, place) is { } entry ? JournalReading.TermsOf(entry.Body) : null;

    // Goods that come back before their points are active.
    private static long PendingOf(
        ReturnTerms terms, ReturnableSale sale, SoldBasket sold, SyncContract.Intent written) =>
        terms.IsTakenLater
        && BusinessDay.TryParse(sale.BusinessDate) is { } soldOn
        && BusinessDay.TryParse(written.Context.BusinessDate) is { } backOn
        && backOn < sold.Rules.Validity.ActiveOn(soldOn)
            ? -terms.TakenBack
            : 0;

    private static ReturnOnCard OnCard(DbSession db, ReturnRow back, SoldBasket sold, ReturnTerms terms)
    {
        var posted = CardTransaction.Of(db, back.Place) ?? throw new UnreachableException();
        var balance = (int)(posted.BalanceAfter - posted.Earned + posted.Redeemed);
        return Return.OnCard(terms, balance, sold.Rules);
    }

    private static string? CardDiffers(
        DbSession db, ReturnRow back, ReturnableSale sale, long price, ReturnOnCard onCard)
    {
        var posted = CardTransaction.Of(db, back.Place) ?? throw new UnreachableException();
        var record = LogRecord.Decode(posted.RecordWritten);
        if (record.Amount != -price || record.RuleSetVersion != sale.RuleSet)
            return "return-amount";
        return (onCard.Given, onCard.Taken) == (posted.Earned, posted.Redeemed) ? null : "points";
    }

    // Money that was kept for points.
    private static string? RefundDiffers(
        SyncContract.Intent written, ReturnTerms terms, ReturnOnCard onCard, int pointValue) =>
        written.FromRefund != onCard.FromRefund ? "points"
        : onCard.FromRefund == 0
            || written.DueMinor == (long)onCard.FromRefund * pointValue - terms.Refund.Minor ? null
        : "return-amount";

    private static string? AccountDiffers(
        SyncContract.Intent written, ReturnableSale sale, ReturnTerms terms, long price) =>
        written.AmountMinor != -price || written.Context.RuleSetVersion != sale.RuleSet ? "return-amount"
        : (written.OnAccount, written.Earned, written.Redeemed)
            != (terms.GivenBack - terms.TakenBack, 0u, 0u) ? "points"
        : null;

    // However finely they are cut.
    private static bool SameQuantities(IEnumerable<ReturnedLine> one, IEnumerable<ReturnedLine> other) =>
        Sums(one).SequenceEqual(Sums(other));

    private static IEnumerable<(int Line, long QuantityMilli)> Sums(IEnumerable<ReturnedLine> lines) =>
        lines.GroupBy(line => line.Line, (line, all) => (line, all.Sum(l => l.QuantityMilli)))
            .OrderBy(sum => sum.line);
}
