using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Ledger;

/// <summary>
/// Moves what a card has in the ledger (its shadow balance) to its member's account, once nobody will serve
/// it any more. From then on whatever is still reported of it follows at once: the card's account stays
/// empty, and what was spent after all is owed. All of it is posted in the place of the card's birth, where
/// no terminal posts anything.
/// </summary>
internal static class CarryOver
{
    /// <summary>Empties a card's account, and does there what waited for the card's next tap.</summary>
    /// <param name="book">The open book.</param>
    /// <param name="card">Retired.</param>
    /// <returns>What the member's account has gained by it.</returns>
    public static long Run(OpenBook book, Card card)
    {
        var corrected = TakeActions(book, card);
        var held = LedgerBook.BalanceOnCard(book.Db, card.Number);
        LedgerBook.Post(book, card.Programme, BirthPlan.PlaceOf(card),
        [
            .. Postings.CorrectedOnAccount(card.Member, corrected),
            .. Postings.Delivered(card.Number, card.Member, checked((int)-held)),
        ]);
        AccountDelivery.Review(book, card.Member);
        return corrected + held;
    }

    /// <summary>A retired card has done something: the points are the member's or owed by him, and somebody
    /// looks at it.</summary>
    public static void Late(OpenBook book, Card card, ProvenCommit commit)
    {
        Run(book, card);
        // A terminal has told it that it is out of use.
        if (commit is { Written: { Kind: LogKind.CardAction, Blocked: true }, Adjusted: 0 })
            return;
        var since = Retirement.Of(book.Db, card)[0].AskedUs;
        var isBefore = commit.Written.Time <= UnixTime.FromMicroseconds(since);
        ExceptionBook.Open(
            book,
            Difference.Over(commit.Place, Cause.RetiredCard, isBefore ? "reported-late" : "used-after") with
            {
                Uid = card.Uid,
                Generation = card.Generation,
                Counter = commit.Counter,
            });
    }

    // Points that wait on the account lie there still; the rest goes there.
    private static long TakeActions(OpenBook book, Card card)
    {
        var waiting = book.Db.List<QueuedAction>(
            $"""
            UPDATE card_action SET carried_us = @NowUs
            WHERE uid = @Uid AND generation = @Generation AND applied_counter IS NULL
                AND carried_us IS NULL AND reason <> '{CardActionQueue.OnAccount}'
            RETURNING number, points, reason
            """,
            new { card.Uid, card.Generation, book.NowUs });
        return waiting.Sum(action => action.Points);
    }
}
