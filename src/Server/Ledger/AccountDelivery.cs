using SmartCardCrm.Server.Cards;

namespace SmartCardCrm.Server.Ledger;

/// <summary>
/// Sends what is kept on a member's account, or owed there, to the member's card: as a card action, which the
/// next tap applies. What the card cannot take or does not hold then stays on the account and is sent again.
/// </summary>
internal static class AccountDelivery
{
    /// <summary>Queues what is on the account and not under way yet. To be called whenever the account, or
    /// the member's card, has changed.</summary>
    public static void Review(OpenBook book, long member)
    {
        var waiting = LedgerBook.BalanceOnAccount(book.Db, member)
            - CardActionQueue.OnAccountUnderWay(book.Db, member);
        if (waiting != 0 && Card.FindOf(book.Db, member) is { } card)
            CardActionQueue.Deliver(book, card, checked((int)waiting));
    }
}
