using System.Globalization;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Cards;

/// <summary>What cards are told to expire next. All of it is kept: a card that comes to a terminal with an
/// old replica hears an old word.</summary>
internal static class ToldExpiries
{
    /// <summary>What was told of the card as it was before a commit; nothing where neither the card before
    /// nor after speaks of an expiry.</summary>
    public static IEnumerable<NextExpiry> At(DbSession db, Card card, ProvenCommit commit) =>
        commit is not { Read: { } read } || (read.NextExpiry ?? commit.Written.NextExpiry) is null
            ? []
            : db.List<Row>(
                """
                SELECT day, points FROM told_expiry
                WHERE uid = @Uid AND generation = @Generation AND counter = @Counter
                """,
                new { card.Uid, card.Generation, Counter = (long)read.Counter })
                .Select(row => row.Expiry);

    /// <summary>Tells a card what expires next, where it does not say so itself already.</summary>
    /// <param name="book">The open book.</param>
    /// <param name="card">Unbroken: what it says is known.</param>
    /// <param name="next">What expires.</param>
    public static void Tell(OpenBook book, Card card, NextExpiry next)
    {
        var told = card.ExpiryCounter == card.AcknowledgedCounter
            ? card.ToldExpiry
            : CardTransaction.At(book.Db, card, card.AcknowledgedCounter) is { } newest
                ? NextExpiry.Of(LogRecord.Decode(newest.RecordWritten))
                : NextExpiry.None;
        if (next == told)
            return;
        var row = new
        {
            card.Uid,
            card.Generation,
            Counter = card.AcknowledgedCounter,
            Day = next.Day?.ToString("O", CultureInfo.InvariantCulture) ?? "",
            Points = (long)next.Points,
            book.NowUs,
        };
        book.Db.Run(
            """
            INSERT INTO told_expiry (uid, generation, number, counter, day, points, told_us)
            SELECT @Uid, @Generation, COALESCE(MAX(number), 0) + 1, @Counter, @Day, @Points, @NowUs
            FROM told_expiry WHERE uid = @Uid AND generation = @Generation
            """,
            row);
        book.Db.Run(
            """
            UPDATE card SET expiry_counter = @Counter, expiry_day = @Day, expiry_points = @Points
            WHERE uid = @Uid AND generation = @Generation
            """,
            row);
        Card.Find(book.Db, card.Uid, card.Generation)!.Publish(book.Db);
    }

    private sealed record Row
    {
        public string Day { get; init; } = "";
        public long Points { get; init; }

        public NextExpiry Expiry => Card.ExpiryOf(Day, Points);
    }
}
