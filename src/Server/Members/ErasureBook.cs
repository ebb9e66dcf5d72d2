using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Server.Members;

/// <summary>Forgets who members are. Their cards and points go on, as somebody's of whom nobody knows who it
/// is.</summary>
internal sealed class ErasureBook(Database database, ICardSecrets secrets, TimeProvider clock)
{
    private const int ByLengthMost = 64;

    /// <summary>Name, number and address leave the book at once; what stands on each card leaves it at its
    /// next tap.</summary>
    /// <param name="id">The member.</param>
    /// <param name="by">Who does it, 1 to 64 characters.</param>
    /// <returns>Null where it is done, else a stable code that says why not.</returns>
    public string? Erase(long id, string by) => database.Write(db =>
    {
        if (by.Trim().Length is 0 or > ByLengthMost)
            return "by-length";
        if (MemberBook.Find(db, id) is not { } member)
            return "member-unknown";
        if (member.IsAnonymous)
            return "member-anonymous";
        var book = new OpenBook(db, secrets, clock.Microseconds());
        db.Run("UPDATE member SET name = '', phone = NULL, email = NULL WHERE id = @id", new { id });
        MemberWords.Renew(db, MemberBook.Find(db, id)!);
        AuditLog.Write(db, book.NowUs, by.Trim(), AuditAction.MemberErased, $"member:{id}");
        foreach (var card in Card.OfMember(db, id).Where(card => card.Status != CardStatus.Personalising))
        {
            OfferBook.Forget(db, card);
            CardActionQueue.SetFile(book, card, MemberFile.Erased);
        }

        return null;
    });
}
