using Google.Protobuf;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Taps;

namespace SmartCardCrm.Server.Cards;

/// <summary>Changes that wait for a card's next tap: numbered per card without a hole, never
/// withdrawn.</summary>
internal static class CardActionQueue
{
    /// <summary>The till gave up on an operation that the card had made all the same.</summary>
    public const string DoubtAbandoned = "doubt-abandoned";

    /// <summary>Points that the member's account has for the card, or that are owed there.</summary>
    public const string OnAccount = "on-account";

    /// <summary>Somebody at headquarters has put points right.</summary>
    public const string Corrected = "corrected";

    /// <summary>The member has reached another tier, or is in his no longer.</summary>
    public const string Tier = "tier";

    /// <summary>The card is blocked, or is let in again.</summary>
    public const string Block = "block";

    /// <summary>What the card's member file says: offers, or that it is erased.</summary>
    public const string File = "member-file";

    /// <summary>Queues what makes one operation good, once however often it is asked for.</summary>
    /// <param name="book">The open book.</param>
    /// <param name="card">The card.</param>
    /// <param name="points">What to put on the card, or below zero to take off; 0 queues nothing.</param>
    /// <param name="reason">A stable code.</param>
    /// <param name="operation">The operation that is made good.</param>
    public static void MakeGood(
        OpenBook book, Card card, int points, string reason, JournalPlace operation) =>
        Queue(book, card, new QueuedAction { Points = points, Reason = reason }, operation);

    /// <summary>Queues what is to move from the member's account to the card; below zero from the card to the
    /// account.</summary>
    public static void Deliver(OpenBook book, Card card, int points) =>
        Queue(book, card, new QueuedAction { Points = points, Reason = OnAccount });

    /// <summary>Queues the tier that a card is to have, unless it has it, or will have it, already.</summary>
    public static void SetTier(OpenBook book, Card card, byte tier)
    {
        // Cards are born in tier 0.
        var queued = book.Db.List<long>(
            """
            SELECT tier FROM card_action
            WHERE uid = @Uid AND generation = @Generation AND tier IS NOT NULL ORDER BY number DESC LIMIT 1
            """,
            card);
        if (queued.SingleOrDefault() != tier)
            Queue(book, card, new QueuedAction { Tier = tier, Reason = Tier });
    }

    /// <summary>Queues whether a card is to say that it is blocked, unless it says so, or will,
    /// already.</summary>
    public static void SetBlock(OpenBook book, Card card, bool blocks)
    {
        // Cards are born open.
        var queued = book.Db.List<long>(
            """
            SELECT blocks FROM card_action
            WHERE uid = @Uid AND generation = @Generation AND blocks IS NOT NULL ORDER BY number DESC LIMIT 1
            """,
            card);
        if (queued.SingleOrDefault() > 0 != blocks)
            Queue(book, card, new QueuedAction { Blocks = blocks ? 1 : 0, Reason = Block });
    }

    /// <summary>Queues what a card's member file is to say, unless it says so, or will, already.</summary>
    public static void SetFile(OpenBook book, Card card, MemberFile file)
    {
        var item = MemberFiles.ToItem(file).ToByteArray();
        if (NewestFile(book.Db, card)?.AsSpan().SequenceEqual(item) != true)
            Queue(book, card, new QueuedAction { File = item, Reason = File });
    }

    /// <summary>Somebody says again who he is: where his card's member file is erased, it gets his language
    /// back.</summary>
    public static void NameAgain(OpenBook book, Card card)
    {
        if (NewestFile(book.Db, card) is not null)
            SetFile(book, card, new MemberFile(card.Language));
    }

    private static byte[]? NewestFile(DbSession db, Card card) => db.Find<byte[]>(
        """
        SELECT file FROM card_action
        WHERE uid = @Uid AND generation = @Generation AND file IS NOT NULL ORDER BY number DESC LIMIT 1
        """,
        card);

    /// <summary>Queues what somebody at headquarters puts on a card, or below zero takes off; never
    /// 0.</summary>
    /// <returns>The action's number.</returns>
    public static long Correct(OpenBook book, Card card, int points) =>
        Queue(book, card, new QueuedAction { Points = points, Reason = Corrected }).Single();

    /// <summary>What is queued of a member's account and not applied yet, signed; not what a retired card
    /// will never apply.</summary>
    public static long OnAccountUnderWay(DbSession db, long member) =>
        db.Value<long>(
            $"""
            SELECT COALESCE(SUM(a.points), 0)
            FROM card_action a JOIN card c ON c.uid = a.uid AND c.generation = a.generation
            WHERE c.member = @member AND a.reason = '{OnAccount}' AND a.applied_counter IS NULL
                AND c.status <> @Retired
            """,
            new { member, Retired = (long)CardStatus.Retired });

    private static IReadOnlyList<long> Queue(
        OpenBook book, Card card, QueuedAction wanted, JournalPlace? operation = null)
    {
        if (wanted is { Points: 0, Tier: null, Blocks: null, File: null })
            return [];
        var numbers = book.Db.List<long>(
            """
            INSERT INTO card_action
                (uid, generation, number, points, tier, blocks, file, reason, for_terminal, for_sequence,
                queued_us)
            SELECT @Uid, @Generation, COALESCE(MAX(number), 0) + 1, @Points, @Tier, @Blocks, @File, @Reason,
                @Terminal, @Sequence, @NowUs
            FROM card_action WHERE uid = @Uid AND generation = @Generation
            ON CONFLICT (for_terminal, for_sequence) DO NOTHING
            RETURNING number
            """,
            new
            {
                card.Uid,
                card.Generation,
                wanted.Points,
                wanted.Tier,
                wanted.Blocks,
                wanted.File,
                wanted.Reason,
                operation?.Terminal,
                operation?.Sequence,
                book.NowUs,
            });
        foreach (var queued in numbers)
            Feed.Publish(book.Db, [NewsOf(card, wanted with { Number = queued })]);

        if (card.Status == CardStatus.Retired)
            CarryOver.Run(book, card);
        return numbers;
    }

    /// <summary>What terminals are told of all actions of a card.</summary>
    public static IEnumerable<News> News(DbSession db, Card card) =>
        Between(db, card, after: 0, through: int.MaxValue).Select(action => NewsOf(card, action));

    private static News NewsOf(Card card, QueuedAction action)
    {
        var item = new CardActionItem
        {
            Uid = card.UidBytes(),
            Generation = (uint)card.Generation,
            Number = (uint)action.Number,
            Points = (int)action.Points,
            Reason = action.Reason,
        };
        if (action.Tier is { } tier)
            item.Tier = (uint)tier;
        if (action.Blocks is { } blocks)
            item.Blocks = blocks > 0;
        if (action.File is { } file)
            item.File = MemberFileItem.Parser.ParseFrom(file);
        return new News(
            $"card-action:{card.Uid}:{card.Generation}:{action.Number}", new FeedItem { CardAction = item },
            Audience.Knowing(card.Uid));
    }

    /// <summary>The actions numbered above one and up to another, in order; fewer where headquarters never
    /// queued them.</summary>
    public static IReadOnlyList<QueuedAction> Between(DbSession db, Card card, int after, int through) =>
        db.List<QueuedAction>(
            """
            SELECT number, points, tier, blocks, file, reason, carried_us FROM card_action
            WHERE uid = @Uid AND generation = @Generation AND number > @after AND number <= @through
            ORDER BY number
            """,
            new { card.Uid, card.Generation, after, through });

    /// <summary>The actions that no posted transaction has applied, in order.</summary>
    public static IReadOnlyList<CardAction> PendingOf(DbSession db, Card card) =>
    [
        .. db.List<QueuedAction>(
            """
            SELECT number, points, tier, blocks, file, reason FROM card_action
            WHERE uid = @Uid AND generation = @Generation AND applied_counter IS NULL ORDER BY number
            """,
            new { card.Uid, card.Generation }).Select(queued => queued.Action),
    ];

    /// <summary>Notes which commit of the card applied an action.</summary>
    /// <param name="points">What it changed, signed.</param>
    public static void MarkApplied(DbSession db, Card card, long number, long counter, int points) =>
        db.Run(
            """
            UPDATE card_action SET applied_counter = @counter, applied_points = @points
            WHERE uid = @Uid AND generation = @Generation AND number = @number
            """,
            new { card.Uid, card.Generation, number, counter, points = (long)points });
}

/// <summary>A card action as headquarters queued it.</summary>
internal sealed record QueuedAction
{
    public long Number { get; init; }
    public long Points { get; init; }

    /// <summary>Null where it stays.</summary>
    public long? Tier { get; init; }

    /// <summary>1 where the card is blocked from then on, 0 where it is not; null where it stays.</summary>
    public long? Blocks { get; init; }

    /// <summary>A <see cref="MemberFileItem"/>; null where the file stays.</summary>
    public byte[]? File { get; init; }

    /// <summary>A stable code.</summary>
    public string Reason { get; init; } = "";

    /// <summary>When it went to the member's account instead; null where it did not.</summary>
    public long? CarriedUs { get; init; }

    /// <summary>Whether the points come from the member's account, or go there.</summary>
    public bool IsOfAccount => Reason == CardActionQueue.OnAccount || CarriedUs is not null;

    public CardAction Action => new(
        (int)Number, (int)Points, (byte?)Tier, Blocks is { } blocks ? blocks > 0 : null,
        File is null ? null : MemberFiles.OfItem(MemberFileItem.Parser.ParseFrom(File)));
}
