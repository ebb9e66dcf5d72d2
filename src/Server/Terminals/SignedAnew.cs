using Google.Protobuf;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Terminals;

/// <summary>All that terminals decide by, signed by another authority.</summary>
internal static class SignedAnew
{
    /// <param name="db">The transaction.</param>
    /// <param name="sign">Signs a document's bytes.</param>
    /// <returns>What terminals are to be told, in this order.</returns>
    public static IReadOnlyList<News> By(DbSession db, Func<byte[], byte[]> sign)
    {
        foreach (var row in db.List<Signed>(
            "SELECT programme AS owner, version, document FROM rule_set WHERE signature IS NOT NULL"))
        {
            db.Run(
                "UPDATE rule_set SET signature = @signature WHERE programme = @Owner AND version = @Version",
                new { row.Owner, row.Version, signature = sign(row.Document) });
        }

        // Only the newest are told.
        foreach (var row in db.List<Signed>(
            """
            SELECT terminal AS owner, version, document FROM terminal_limits issued
            WHERE signature IS NOT NULL AND version =
                (SELECT MAX(version) FROM terminal_limits WHERE terminal = issued.terminal)
            """))
        {
            db.Run(
                """
                UPDATE terminal_limits SET signature = @signature
                WHERE terminal = @Owner AND version = @Version
                """,
                new { row.Owner, row.Version, signature = sign(row.Document) });
        }

        // A new terminal takes the list from its first version on.
        foreach (var row in db.List<Signed>("SELECT 0 AS owner, version, document FROM hotlist_version"))
        {
            db.Run(
                "UPDATE hotlist_version SET signature = @signature WHERE version = @Version",
                new { row.Version, signature = sign(row.Document) });
        }

        return
        [
            .. ProgrammeBook.News(db), .. LimitsBook.News(db), .. HotlistBook.News(db), .. Days(db, sign),
        ];
    }

    // As many as the feed keeps.
    private static List<News> Days(DbSession db, Func<byte[], byte[]> sign)
    {
        var news = new List<News>();
        foreach (var told in db.List<Told>(
            "SELECT name, body FROM feed WHERE name LIKE 'day:%' ORDER BY position"))
        {
            var item = FeedItem.Parser.ParseFrom(told.Body);
            var day = item.DayCountersigned;
            var totals = db.Value<byte[]>(
                "SELECT totals FROM day_close WHERE terminal = @Terminal AND number = @Number",
                new { Terminal = (long)day.Terminal, Number = (long)day.Number });
            var signature = sign(totals);
            db.Run(
                """
                UPDATE day_close SET countersignature = @signature
                WHERE terminal = @Terminal AND number = @Number
                """,
                new { signature, Terminal = (long)day.Terminal, Number = (long)day.Number });
            day.Signature = ByteString.CopyFrom(signature);
            item.Position = 0;
            news.Add(new News(told.Name, item, Audience.Only(day.Terminal)));
        }

        return news;
    }

    private sealed record Signed
    {
        public long Owner { get; init; }
        public long Version { get; init; }
        public byte[] Document { get; init; } = [];
    }

    private sealed record Told
    {
        public string Name { get; init; } = "";
        public byte[] Body { get; init; } = [];
    }
}
