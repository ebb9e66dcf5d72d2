using Google.Protobuf;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Sync;

/// <summary>
/// What every terminal is told: one item a key. A change moves the item to a new position at the end, so that
/// who reads on from a cursor sees each key's newest state and nothing twice without need.
/// </summary>
internal static class Feed
{
    /// <summary>Writes an item over the one of the same key. Its position is set here.</summary>
    public static void Publish(DbSession db, string name, FeedItem item) =>
        db.Run(
            """
            INSERT INTO feed (name, position, body)
            SELECT @name, COALESCE(MAX(position), 0) + 1, @body FROM feed WHERE true
            ON CONFLICT (name) DO UPDATE SET position = excluded.position, body = excluded.body
            """,
            new { name, body = item.ToByteArray() });

    /// <summary>Items after a position, in order.</summary>
    public static IReadOnlyList<FeedItem> After(DbSession db, ulong cursor, int most) =>
        [.. db.List<FeedRow>(
            "SELECT position, body FROM feed WHERE position > @cursor ORDER BY position LIMIT @most",
            new { cursor = checked((long)cursor), most }).Select(row => row.ToItem())];

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
