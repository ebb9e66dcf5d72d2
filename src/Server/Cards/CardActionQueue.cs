using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Cards;

/// <summary>Changes of points that wait for a card's next tap: numbered per card without a hole, never
/// withdrawn.</summary>
internal static class CardActionQueue
{
    /// <summary>The till gave up on an operation that the card had made all the same.</summary>
    public const string DoubtAbandoned = "doubt-abandoned";

    /// <summary>Queues what makes one operation good, once however often it is asked for.</summary>
    /// <param name="book">The open book.</param>
    /// <param name="card">The card.</param>
    /// <param name="points">What to put on the card, or below zero to take off; 0 queues nothing.</param>
    /// <param name="reason">A stable code.</param>
    /// <param name="operation">The operation that is made good.</param>
    public static void MakeGood(OpenBook book, Card card, int points, string reason, JournalPlace operation)
    {
        if (points == 0)
            return;
        var numbers = book.Db.List<long>(
            """
            INSERT INTO card_action
                (uid, generation, number, points, reason, for_terminal, for_sequence, queued_us)
            SELECT @Uid, @Generation, COALESCE(MAX(number), 0) + 1, @points, @reason,
                @Terminal, @Sequence, @NowUs
            FROM card_action WHERE uid = @Uid AND generation = @Generation
            ON CONFLICT (for_terminal, for_sequence) DO NOTHING
            RETURNING number
            """,
            new
            {
                card.Uid,
                card.Generation,
                points,
                reason,
                operation.Terminal,
                operation.Sequence,
                book.NowUs,
            });
        foreach (var queued in numbers)
        {
            Sync.Feed.Publish(book.Db, $"card-action:{card.Uid}:{card.Generation}:{queued}", new FeedItem
            {
                CardAction = new CardActionItem
                {
                    Uid = card.UidBytes(),
                    Generation = (uint)card.Generation,
                    Number = (uint)queued,
                    Points = points,
                    Reason = reason,
                },
            });
        }
    }

    /// <summary>The actions numbered above one and up to another, in order; fewer where headquarters never
    /// queued them.</summary>
    public static IReadOnlyList<CardAction> Between(DbSession db, Card card, int after, int through) =>
        [.. db.List<ActionRow>(
            """
            SELECT number, points FROM card_action
            WHERE uid = @Uid AND generation = @Generation AND number > @after AND number <= @through
            ORDER BY number
            """,
            new { card.Uid, card.Generation, after, through })
            .Select(row => new CardAction((int)row.Number, (int)row.Points))];

    /// <summary>Notes which commit of the card applied them.</summary>
    public static void MarkApplied(DbSession db, Card card, int after, int through, long counter) =>
        db.Run(
            """
            UPDATE card_action SET applied_counter = @counter
            WHERE uid = @Uid AND generation = @Generation AND number > @after AND number <= @through
            """,
            new { card.Uid, card.Generation, after, through, counter });

    private sealed record ActionRow
    {
        public long Number { get; init; }
        public long Points { get; init; }
    }
}
