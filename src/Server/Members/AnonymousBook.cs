using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Server.Members;

/// <summary>Members of whom nobody knows who they are, until they say so: with a name, or as a member who is
/// there already.</summary>
internal sealed class AnonymousBook(Database database, ICardSecrets secrets, TimeProvider clock)
{
    /// <summary>Takes on somebody unknown, for a card that is given away.</summary>
    /// <param name="programme">Whose member.</param>
    /// <param name="language">en or ru.</param>
    /// <param name="by">Who does it.</param>
    public Member Add(long programme, string language, string by) => database.Write(db =>
    {
        var added = MemberBook.Insert(
            db, programme, new NewMember(Name: "", Phone: null, language), clock.Microseconds());
        AuditLog.Write(db, added.CreatedUs, by, AuditAction.MemberAdded, $"member:{added.Id}");
        return added;
    });

    /// <summary>Somebody has said who he is. The caller has looked at <see
    /// cref="NewMember.Refusal"/>.</summary>
    /// <param name="id">An anonymous member.</param>
    /// <param name="details">Name, contacts and language.</param>
    /// <param name="by">Who writes it down.</param>
    /// <returns>Null where it is done, else a stable code that says why not.</returns>
    public string? Register(long id, NewMember details, string by) => database.Write(db =>
    {
        if (MemberBook.Find(db, id) is not { } member)
            return "member-unknown";
        if (!member.IsAnonymous)
            return "member-not-anonymous";
        var book = new OpenBook(db, secrets, clock.Microseconds());
        db.Run(
            """
            UPDATE member SET name = @Name, phone = @Phone, email = @Email, language = @Language
            WHERE id = @id
            """,
            new
            {
                id,
                Name = details.Name.Trim(),
                details.Phone,
                Email = details.EmailText,
                details.Language,
            });
        MemberWords.Renew(db, MemberBook.Find(db, id)!);
        AuditLog.Write(db, book.NowUs, by, AuditAction.MemberRegistered, $"member:{id}");
        foreach (var card in Card.OfMember(db, id).Where(card => card.Status != CardStatus.Personalising))
        {
            card.Publish(db);
            CardActionQueue.NameAgain(book, card);
        }

        MemberBook.TakeWaiting(book, MemberBook.Find(db, id)!);
        return null;
    });

    /// <summary>Gives an anonymous member's cards, points and history to a member who is known, as if they
    /// had always been his.</summary>
    /// <param name="number">Of one of the cards.</param>
    /// <param name="to">The member.</param>
    /// <param name="by">Who does it.</param>
    /// <returns>Null where it is done, else a stable code that says why not.</returns>
    public string? Move(long number, long to, string by) => database.Write(db =>
    {
        if (Card.FindByNumber(db, number) is not { } card)
            return "card-unknown";
        if (MemberBook.Find(db, to) is not { } member)
            return "member-unknown";
        var from = MemberBook.Find(db, card.Member)!;
        var cards = Card.OfMember(db, from.Id);
        if (Refusal(from, member, cards) is { } refusal)
            return refusal;
        Move(new OpenBook(db, secrets, clock.Microseconds()), cards, from, member);
        AuditLog.Write(
            db, clock.Microseconds(), by, AuditAction.CardsMoved, $"card:{number}",
            $$"""{"from":{{from.Id}},"to":{{to}}}""");
        return null;
    });

    private static string? Refusal(Member from, Member to, IReadOnlyList<Card> cards) =>
        !from.IsAnonymous ? "member-not-anonymous"
        : to.IsAnonymous ? "member-anonymous"
        : from.Programme != to.Programme ? "card-programme"
        : cards.Any(card => card.Status == CardStatus.Personalising) ? "card-not-active"
        : null;

    private void Move(OpenBook book, IReadOnlyList<Card> cards, Member from, Member to)
    {
        string[] tables =
        [
            "card", "lot", "sale_return", "account_sale", "opening_balance", "tier_grant",
            "member_adjustment",
        ];
        foreach (var table in tables)
        {
            book.Db.Run(
                $"UPDATE {table} SET member = @to WHERE member = @from", new { from = from.Id, to = to.Id });
        }

        book.Db.Run("DELETE FROM member_tier WHERE member = @Id", new { from.Id });
        book.Db.Run("UPDATE member SET moved_to = @to WHERE id = @from", new { from = from.Id, to = to.Id });
        Post(book, cards[0], from, to);
        MemberDays.Note(book.Db, from.Id, next: null);
        MemberDays.Note(book.Db, to.Id, StoreDays.BegunEverywhere(book.Db, clock.GetUtcNow()));
        foreach (var card in cards.Select(card => card with { Member = to.Id, Language = to.Language }))
        {
            card.Publish(book.Db);
            CardActionQueue.NameAgain(book, card);
        }

        AccountDelivery.Review(book, to.Id);
    }

    // What was given for later stays in the place of its sale.
    private static void Post(OpenBook book, Card card, Member from, Member to)
    {
        LedgerBook.Post(
            book, from.Programme, BirthPlan.PlaceOf(card),
            Postings.MovedOnAccount(from.Id, to.Id, LedgerBook.BalanceOnAccount(book.Db, from.Id)));
        var pending = book.Db.List<PendingRow>(
            $"""
            SELECT terminal, sequence, SUM(points) AS points FROM posting
            WHERE account = {(int)AccountKind.Pending} AND owner = @Id GROUP BY terminal, sequence
            ORDER BY terminal, sequence
            """,
            new { from.Id });
        foreach (var row in pending)
        {
            LedgerBook.Post(
                book, from.Programme, new JournalPlace(row.Terminal, row.Sequence),
                Postings.MovedForLater(from.Id, to.Id, row.Points));
        }
    }

    private sealed record PendingRow
    {
        public long Terminal { get; init; }
        public long Sequence { get; init; }
        public long Points { get; init; }
    }
}
