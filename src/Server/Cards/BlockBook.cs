using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Cards;

/// <summary>Why a card is blocked, or is not any more: stable codes.</summary>
internal static class BlockReason
{
    public static readonly IReadOnlyList<string> OfBlocking =
        ["lost", "stolen", "damaged", "fraud", "customer-request"];

    public static readonly IReadOnlyList<string> OfUnblocking = ["found", "mistake", "customer-request"];
}

/// <summary>One time that a card was blocked or unblocked.</summary>
internal sealed record BlockRow
{
    public bool Blocked { get; init; }

    /// <summary>One of <see cref="BlockReason"/>.</summary>
    public string Reason { get; init; } = "";
    public string DoneBy { get; init; } = "";
    public long DoneUs { get; init; }
}

/// <summary>One time that a blocked card was shown to a terminal, which did not serve it.</summary>
internal sealed record CardRefusalRow
{
    public long Terminal { get; init; }
    public long Sequence { get; init; }

    /// <summary>By the terminal's clock.</summary>
    public long RecordedUs { get; init; }
}

/// <summary>What became of a card's blocks, newest first.</summary>
internal sealed record BlockHistory(IReadOnlyList<BlockRow> Blocks, IReadOnlyList<CardRefusalRow> Refused);

/// <summary>Blocks cards and unblocks them. Terminals are told by the card's item and by the hotlist, which
/// reaches those too that are not told of every card.</summary>
internal sealed class BlockBook(Database database, ICardSecrets secrets, TimeProvider clock)
{
    private const int ByLengthMost = 64;
    private const int RefusedMost = 100;

    /// <param name="number">The card's.</param>
    /// <param name="reason">One of <see cref="BlockReason.OfBlocking"/>.</param>
    /// <param name="by">Who does it, 1 to 64 characters.</param>
    /// <returns>Null where it is done, else a stable code that says why not.</returns>
    public string? Block(long number, string reason, string by) =>
        Change(number, new Wish(CardStatus.Active, CardStatus.Blocked, reason, by));

    /// <inheritdoc cref="Block"/>
    /// <param name="number">The card's.</param>
    /// <param name="reason">One of <see cref="BlockReason.OfUnblocking"/>.</param>
    /// <param name="by">Who does it, 1 to 64 characters.</param>
    public string? Unblock(long number, string reason, string by) =>
        Change(number, new Wish(CardStatus.Blocked, CardStatus.Active, reason, by));

    /// <param name="number">The card's; empty where there is no such card.</param>
    public BlockHistory History(long number) => database.Read(db => new BlockHistory(
        db.List<BlockRow>(
            """
            SELECT b.blocked, b.reason, b.done_by, b.done_us
            FROM card_block b JOIN card c ON c.uid = b.uid AND c.generation = b.generation
            WHERE c.number = @number ORDER BY b.number DESC
            """,
            new { number }),
        db.List<CardRefusalRow>(
            """
            SELECT r.terminal, r.sequence, r.recorded_us
            FROM card_refusal r JOIN card c ON c.uid = r.uid
            WHERE c.number = @number ORDER BY r.recorded_us DESC, r.terminal, r.sequence LIMIT @RefusedMost
            """,
            new { number, RefusedMost })));

    /// <summary>Whether it was ever on the hotlist.</summary>
    public static bool WasBlocked(DbSession db, Card card) => db.Value<long>(
        "SELECT COUNT(*) FROM card_block WHERE uid = @Uid AND generation = @Generation",
        new { card.Uid, card.Generation }) > 0;

    /// <summary>A terminal has refused a blocked card.</summary>
    public static void NoteRefusal(OpenBook book, JournalPlace place, string uid, long recordedUs) =>
        book.Db.Run(
            """
            INSERT INTO card_refusal (terminal, sequence, uid, recorded_us)
            VALUES (@Terminal, @Sequence, @uid, @recordedUs)
            """,
            new { place.Terminal, place.Sequence, uid, recordedUs });

    private string? Change(long number, Wish wish)
    {
        if (!wish.Reasons.Contains(wish.Reason))
            return "reason-unknown";
        if (string.IsNullOrWhiteSpace(wish.By) || wish.By.Length > ByLengthMost)
            return "by-length";
        return database.Write(db =>
        {
            if (Card.FindByNumber(db, number) is not { } card)
                return "card-unknown";
            if (card.Status == wish.To)
                return wish.IsBlock ? "already-blocked" : "not-blocked";
            if (card.Status != wish.From)
                return "card-not-active";
            Change(db, card with { Status = wish.To }, wish);
            return null;
        });
    }

    private void Change(DbSession db, Card card, Wish wish)
    {
        var (by, now) = (wish.By.Trim(), clock.Microseconds());
        card.PutStatus(db);
        Note(db, card, wish.IsBlock, wish.Reason, (by, now));
        AuditLog.Write(
            db, now, by, wish.IsBlock ? AuditAction.CardBlocked : AuditAction.CardUnblocked,
            $"card:{card.Number}", $$"""{"reason":"{{wish.Reason}}"}""");
        if (!wish.IsBlock)
            Retirement.Cancel(db, card, by, now);
        card.Publish(db);
        HotlistBook.Publish(db, secrets, card, now);
        CardActionQueue.SetBlock(new OpenBook(db, secrets, now), card, wish.IsBlock);
    }

    /// <summary>Writes down that a card goes on the hotlist, or is taken off.</summary>
    public static void Note(
        DbSession db, Card card, bool blocked, string reason, (string By, long AtUs) done) => db.Run(
        """
        INSERT INTO card_block (uid, generation, number, blocked, reason, done_by, done_us)
        SELECT @Uid, @Generation, COALESCE(MAX(number), 0) + 1, @blocked, @reason, @By, @AtUs
        FROM card_block WHERE uid = @Uid AND generation = @Generation
        """,
        new { card.Uid, card.Generation, blocked = blocked ? 1L : 0L, reason, done.By, done.AtUs });

    private sealed record Wish(CardStatus From, CardStatus To, string Reason, string By)
    {
        public bool IsBlock => To == CardStatus.Blocked;

        public IReadOnlyList<string> Reasons =>
            IsBlock ? BlockReason.OfBlocking : BlockReason.OfUnblocking;
    }
}
