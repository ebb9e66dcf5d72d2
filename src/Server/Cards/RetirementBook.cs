using Microsoft.Extensions.Options;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Server.Cards;

/// <summary>Takes cards out of use, for good: no terminal serves them from then on. Their points go to the
/// member's account, and from there to the next card; those of a card in hands unknown after a time in which
/// terminals can tell what was spent.</summary>
internal sealed class RetirementBook(
    Database database, ICardSecrets secrets, IOptions<CardOptions> options, TimeProvider clock)
{
    private const int ByLengthMost = 64;

    /// <summary>A member is to have another card in the place of this one.</summary>
    /// <param name="number">The card's.</param>
    /// <param name="reason">One of <see cref="RetirementReason.OfReplacing"/>.</param>
    /// <param name="by">Who does it, 1 to 64 characters.</param>
    /// <returns>Null where it is done, else a stable code that says why not.</returns>
    public string? Replace(long number, string reason, string by) =>
        Begin(number, new Wish(reason, by.Trim(), RetirementReason.OfReplacing));

    /// <inheritdoc cref="Replace"/>
    /// <summary>A card is not to be used any more.</summary>
    /// <param name="number">The card's.</param>
    /// <param name="reason">One of <see cref="RetirementReason.OfRetiring"/>.</param>
    /// <param name="by">Who does it, 1 to 64 characters.</param>
    /// <param name="carries">Whether its points may go to the account; otherwise it must have none.</param>
    public string? Retire(long number, string reason, string by, bool carries) =>
        Begin(number, new Wish(reason, by.Trim(), RetirementReason.OfRetiring) { Carries = carries });

    /// <summary>Newest first; empty where there is no such card.</summary>
    public IReadOnlyList<Retirement> Of(long number) => database.Read(db =>
        Card.FindByNumber(db, number) is { } card ? Retirement.Of(db, card) : []);

    /// <summary>Carries over what has waited long enough, a card at a time.</summary>
    /// <returns>How many cards.</returns>
    public int RunDue()
    {
        var due = database.Read(db => db.List<long>(
            $"""
            SELECT c.number FROM card_retirement r
            JOIN card c ON c.uid = r.uid AND c.generation = r.generation
            WHERE r.state = '{RetirementState.Waiting}' AND r.due_us <= @now ORDER BY r.due_us, c.number
            """,
            new { now = clock.Microseconds() }));
        return due.Count(CarryDue);
    }

    // It may have been found meanwhile.
    private bool CarryDue(long number) => database.Write(db =>
    {
        var card = Card.FindByNumber(db, number)!;
        if (Retirement.WaitingOf(db, card) is not { } waiting)
            return false;
        End(new OpenBook(db, secrets, clock.Microseconds()), card, waiting, AuditActor.Server);
        return true;
    });

    private string? Begin(long number, Wish wish)
    {
        if (!wish.Reasons.Contains(wish.Reason))
            return "reason-unknown";
        if (wish.By.Length is 0 or > ByLengthMost)
            return "by-length";
        return database.Write(db =>
        {
            if (Card.FindByNumber(db, number) is not { } card)
                return "card-unknown";
            if (Refusal(db, card, wish) is { } refusal)
                return refusal;
            Begin(new OpenBook(db, secrets, clock.Microseconds()), card, wish);
            return null;
        });
    }

    private static string? Refusal(DbSession db, Card card, Wish wish) =>
        card.Status == CardStatus.Retired ? "already-retired"
        : card.Status == CardStatus.Personalising ? "card-not-active"
        : Retirement.WaitingOf(db, card) is not null ? "already-waiting"
        : !wish.Carries && LedgerBook.BalanceOnCard(db, card.Number) != 0 ? "card-holds-points"
        : null;

    private void Begin(OpenBook book, Card card, Wish wish)
    {
        var waits = RetirementReason.IsOutThere(wish.Reason)
            ? TimeSpan.FromHours(options.Value.LostCardHours)
            : TimeSpan.Zero;
        var due = book.NowUs + (waits.Ticks / TimeSpan.TicksPerMicrosecond);
        var begun = Retirement.Insert(book.Db, card, wish.Reason, wish.By, (book.NowUs, due));
        AuditLog.Write(
            book.Db, book.NowUs, wish.By, AuditAction.RetirementBegun, $"card:{card.Number}",
            $$"""{"reason":"{{wish.Reason}}","dueUs":{{due}}}""");
        if (card.Status == CardStatus.Active)
            card = Block(book, card, wish);
        if (due <= book.NowUs)
            End(book, card, begun, wish.By);
    }

    private static Card Block(OpenBook book, Card card, Wish wish)
    {
        var blocked = card with { Status = CardStatus.Blocked };
        blocked.PutStatus(book.Db);
        BlockBook.Note(book.Db, card, blocked: true, wish.Reason, (wish.By, book.NowUs));
        blocked.Publish(book.Db);
        HotlistBook.Publish(book.Db, book.Secrets, blocked, book.NowUs);
        CardActionQueue.SetBlock(book, blocked, blocks: true);
        return blocked;
    }

    private static void End(OpenBook book, Card card, Retirement retirement, string by)
    {
        var retired = card with { Status = CardStatus.Retired };
        retired.PutStatus(book.Db);
        var points = CarryOver.Run(book, retired);
        retirement.End(book.Db, card, RetirementState.Done, book.NowUs, points);
        AuditLog.Write(
            book.Db, book.NowUs, by, AuditAction.CardRetired, $"card:{card.Number}",
            $$"""{"reason":"{{retirement.Reason}}","points":{{points}}}""");
        retired.Publish(book.Db);
        HotlistBook.Publish(book.Db, book.Secrets, retired, book.NowUs);
    }

    private sealed record Wish(string Reason, string By, IReadOnlyList<string> Reasons)
    {
        public bool Carries { get; init; } = true;
    }
}
