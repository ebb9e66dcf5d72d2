using System.Buffers.Binary;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Sync;

/// <summary>
/// Which feed somebody has read. A book that was restored from a backup gives out again the positions that
/// came after the backup, for other things. So each start of the server begins an epoch under a number drawn
/// by chance, and who reads is told it: the restored book either does not know it, or knows where it ended.
/// </summary>
internal static class FeedEpoch
{
    /// <summary>Begins an epoch where the feed ends. Once, before anybody reads.</summary>
    public static void Begin(Database database, FillRandom random)
    {
        Span<byte> drawn = stackalloc byte[sizeof(long)];
        random(drawn);
        var epoch = BinaryPrimitives.ReadInt64LittleEndian(drawn);
        database.Write(db => db.Run(
            """
            INSERT INTO feed_epoch (ordinal, epoch, head)
            SELECT COALESCE(MAX(ordinal), 0) + 1, @epoch, @head FROM feed_epoch
            """,
            new { epoch, head = (long)Feed.Head(db) }));
    }

    /// <summary>The newest.</summary>
    public static long Current(DbSession db) =>
        db.Value<long>("SELECT epoch FROM feed_epoch ORDER BY ordinal DESC LIMIT 1");

    /// <summary>From where a reader goes on.</summary>
    /// <param name="db">The book.</param>
    /// <param name="epoch">The epoch in which the reader was last told something.</param>
    /// <param name="cursor">Up to where it was told.</param>
    /// <returns>The cursor; 0 where it is a place in another book's feed.</returns>
    public static ulong PlaceOf(DbSession db, long epoch, ulong cursor) =>
        cursor <= Feed.Head(db) && db.Value<long>(
            """
            SELECT COUNT(*) FROM feed_epoch its WHERE epoch = @epoch AND NOT EXISTS (
                SELECT 1 FROM feed_epoch later WHERE later.ordinal > its.ordinal AND later.head < @cursor)
            """,
            new { epoch, cursor = (long)cursor }) > 0
            ? cursor
            : 0;
}
