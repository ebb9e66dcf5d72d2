using Google.Protobuf;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Sync;

/// <summary>A part of the feed as one terminal is to have it.</summary>
/// <param name="Items">In order.</param>
/// <param name="Through">Up to this position the terminal then has all that is for it.</param>
/// <param name="IsLast">Nothing follows. False also where it is full and by chance the last.</param>
internal sealed record FeedPart(IReadOnlyList<FeedItem> Items, ulong Through, bool IsLast);

/// <summary>Something to tell.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Item">Without a position.</param>
/// <param name="Audience">Whom.</param>
internal sealed record News(string Name, FeedItem Item, Audience Audience);

/// <summary>
/// What terminals are told: one item a key. A change moves the item to a new position at the end, so that who
/// reads on from a cursor sees each key's newest state and nothing twice without need.
/// </summary>
internal static class Feed
{
    private static readonly RowShape Uids = new("uid text");

    private static readonly RowShape Shape = new(
        "name text, position bigint, body {bytes}, for_terminal bigint, for_card text");

    /// <summary>Writes an item over the one of the same key. Its position is set here.</summary>
    public static void Publish(DbSession db, string name, FeedItem item, Audience audience) =>
        Publish(db, [new News(name, item, audience)]);

    /// <summary>Writes items over those of the same keys, each key once.</summary>
    public static void Publish(DbSession db, IReadOnlyList<News> news) => Publish(db, news, Head(db));

    /// <inheritdoc cref="Publish(DbSession, IReadOnlyList{News})"/>
    /// <param name="head">As <see cref="Head"/> says, and nothing was published since.</param>
    public static void Publish(DbSession db, IReadOnlyList<News> news, ulong head) =>
        db.RunForEach(
            $"""
            INSERT INTO feed ({Shape.Names}) SELECT {Shape.Names} FROM {RowShape.Place} WHERE true
            ON CONFLICT (name) DO UPDATE SET position = excluded.position, body = excluded.body,
                for_terminal = excluded.for_terminal, for_card = excluded.for_card
            """,
            new Rows(Shape, [.. news.Select((one, at) => new object?[]
            {
                one.Name, (long)head + at + 1, one.Item.ToByteArray(), one.Audience.Terminal,
                one.Audience.Card,
            })]));

    /// <summary>Whether terminals are told this and nothing newer in its place.</summary>
    public static bool Has(DbSession db, News news) => db.Value<long>(
        """
        SELECT COUNT(*) FROM feed WHERE name = @Name AND body = @body
            AND for_terminal IS NOT DISTINCT FROM @Terminal AND for_card IS NOT DISTINCT FROM @Card
        """,
        new { news.Name, body = news.Item.ToByteArray(), news.Audience.Terminal, news.Audience.Card }) > 0;

    /// <summary>Moves what is told of cards to the end, in its order: there are terminals that have not been
    /// told yet.</summary>
    /// <param name="db">The book.</param>
    /// <param name="uids">Each once.</param>
    public static void TellAgain(DbSession db, IEnumerable<string> uids) =>
        db.RunForEach(
            $"""
            UPDATE feed SET position = moved.position
            FROM (
                SELECT f.name,
                    (SELECT MAX(position) FROM feed) + ROW_NUMBER() OVER (ORDER BY f.position) AS position
                FROM {RowShape.Place} CROSS JOIN feed f WHERE f.for_card = row.uid
            ) moved
            WHERE feed.name = moved.name
            """,
            new Rows(Uids, [.. uids.Select(uid => new object?[] { uid })]));

    /// <summary>What is for a terminal after a position.</summary>
    /// <param name="db">The book.</param>
    /// <param name="terminal">Its number.</param>
    /// <param name="cursor">The position, not above the head.</param>
    /// <param name="most">Items, 1 or more.</param>
    public static FeedPart After(DbSession db, uint terminal, ulong cursor, int most)
    {
        // First: what is published meanwhile lies above it.
        var head = Head(db);
        List<FeedItem> items =
        [
            .. db.List<FeedRow>(
                """
                SELECT position, body FROM feed
                WHERE position > @cursor AND position <= @head
                    AND (for_terminal IS NULL OR for_terminal = @terminal)
                    AND (for_card IS NULL OR EXISTS (
                        SELECT 1 FROM known_card k WHERE k.uid = feed.for_card
                            AND k.store = (SELECT store FROM terminal WHERE number = @terminal)))
                ORDER BY position LIMIT @most
                """,
                new { cursor = checked((long)cursor), head = (long)head, terminal = (long)terminal, most })
                .Select(row => row.ToItem()),
        ];
        var isLast = items.Count < most;
        return new FeedPart(items, isLast ? head : items[^1].Position, isLast);
    }

    /// <summary>What a terminal decides by, the newest of each: rules and its limits.</summary>
    public static IReadOnlyList<FeedItem> Authority(DbSession db, uint terminal) =>
        [.. db.List<FeedRow>(
            """
            SELECT position, body FROM feed WHERE name = @limits OR position =
                (SELECT MAX(position) FROM feed WHERE name LIKE 'rule-set:%')
            ORDER BY position
            """,
            new { limits = $"limits:{terminal}" }).Select(row => row.ToItem())];

    /// <summary>The newest position, 0 where nothing was ever published.</summary>
    public static ulong Head(DbSession db) =>
        (ulong)db.Value<long>("SELECT COALESCE(MAX(position), 0) FROM feed");

    private sealed record FeedRow
    {
        public long Position { get; init; }
        public byte[] Body { get; init; } = [];

        public FeedItem ToItem()
        {
            var item = FeedItem.Parser.ParseFrom(Body);
            item.Position = (ulong)Position;
            return item;
        }
    }
}
