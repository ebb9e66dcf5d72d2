using Google.Protobuf;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Cards;

/// <summary>
/// The list of cards that no terminal may serve, as signed changes, each from one version to the next.
/// Terminals of a release that does not know them are told of each card by an item that nobody signs.
/// </summary>
internal static class HotlistBook
{
    private const int CardsAtOnce = 1_000;

    private static readonly RowShape Changes = new("version bigint, uid text, listed bigint");

    /// <summary>Tells everybody whether a card is listed. Only for a card's newest generation.</summary>
    public static void Publish(DbSession db, IDocumentSigner signer, Card card, long nowUs)
    {
        Feed.Publish(db, [card.ListingNews()]);
        if (card.IsListed != IsListed(db, card.Uid))
            Change(db, signer, [card.Uid], card.IsListed, nowUs);
    }

    /// <summary>Begins the list of a book that was made before there were versions.</summary>
    public static void SeedFirst(Database database, IDocumentSigner signer, TimeProvider clock) =>
        database.Write(db =>
        {
            if (Newest(db) > 0)
                return;
            var listed = db.List<string>(
                """
                SELECT uid FROM card c WHERE status IN (@Blocked, @Retired)
                    AND generation = (SELECT MAX(n.generation) FROM card n WHERE n.uid = c.uid)
                ORDER BY uid
                """,
                new { Blocked = (long)CardStatus.Blocked, Retired = (long)CardStatus.Retired });
            foreach (var some in listed.Chunk(CardsAtOnce))
                Change(db, signer, some, listed: true, clock.Microseconds());
        });

    /// <summary>The newest version, 0 before the first.</summary>
    public static long Newest(DbSession db) =>
        db.Value<long>("SELECT COALESCE(MAX(version), 0) FROM hotlist_version");

    /// <summary>What terminals are told of all versions.</summary>
    public static IEnumerable<News> News(DbSession db) => db.List<VersionRow>(
        "SELECT version, document, signature FROM hotlist_version ORDER BY version").Select(NewsOf);

    private static bool IsListed(DbSession db, string uid) => db.Value<long>(
        """
        SELECT COALESCE((SELECT listed FROM hotlist_change WHERE uid = @uid ORDER BY version DESC LIMIT 1), 0)
        """,
        new { uid }) == 1;

    private static void Change(
        DbSession db, IDocumentSigner signer, IReadOnlyList<string> uids, bool listed, long nowUs)
    {
        var (from, to) = (Newest(db), Numbers.HotlistVersions.Next(db));
        var document = new HotlistDelta(from, to, listed ? uids : [], listed ? [] : uids).ToDocument();
        var row = new VersionRow { Version = to, Document = document, Signature = signer.Sign(document) };
        db.Run(
            """
            INSERT INTO hotlist_version (version, document, signature, made_us)
            VALUES (@Version, @Document, @Signature, @nowUs)
            """,
            new { row.Version, row.Document, row.Signature, nowUs });
        db.Insert("hotlist_change", new Rows(Changes, [.. uids.Select(uid => new object?[]
        {
            to, uid, listed ? 1L : 0L,
        })]));
        Feed.Publish(db, [NewsOf(row)]);
    }

    private static News NewsOf(VersionRow row) => new(
        $"hotlist-delta:{row.Version}",
        new FeedItem
        {
            HotlistDelta = new HotlistDeltaItem
            {
                Document = ByteString.CopyFrom(row.Document),
                Signature = ByteString.CopyFrom(row.Signature),
            },
        },
        Audience.Everybody);

    private sealed record VersionRow
    {
        public long Version { get; init; }
        public byte[] Document { get; init; } = [];
        public byte[] Signature { get; init; } = [];
    }
}
