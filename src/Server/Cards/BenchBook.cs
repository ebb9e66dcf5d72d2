using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Server.Cards;

/// <summary>What a counter does with the cards of a batch.</summary>
internal enum BenchTask
{
    /// <summary>Makes chips of the factory cards of the batch, which nobody has yet.</summary>
    Prepare = 1,

    /// <summary>Gives cards in stock to members of whom nobody knows who they are.</summary>
    Bind = 2,
}

/// <summary>How far a batch has come.</summary>
/// <param name="Done">Cards that are as they should be.</param>
/// <param name="Total">As many as there can be: for preparing as were ordered, for binding as are in
/// stock.</param>
internal sealed record BenchCount(long Done, long Total);

/// <summary>Numbers that follow one another.</summary>
public sealed record NumberRange
{
    public long First { get; init; }
    public long Last { get; init; }
}

/// <summary>What the book has of a batch that is made at a counter of the chain's own.</summary>
internal sealed class BenchBook(Database database, TimeProvider clock)
{
    // The chip in stock is somebody's card.
    private const string IsInUse =
        "EXISTS (SELECT 1 FROM card c WHERE c.uid = s.uid AND c.status <> @Personalising)";

    public CardBatch? Batch(long number) => database.Read(db => CardBatch.Find(db, number));

    /// <summary>The number that a chip gets; the same each time.</summary>
    /// <param name="batch">Whose card it is to be.</param>
    /// <param name="uid">The chip, 14 hex digits.</param>
    /// <returns>The number, or a stable code that says why it gets none: card-taken (it is somebody's card),
    /// card-other-batch, batch-full.</returns>
    public (long Number, string? Refusal) Plan(CardBatch batch, string uid) => database.Write(db =>
    {
        var begun = db.Find<StockCard>(
            "SELECT uid, number, batch FROM bench_card WHERE uid = @uid", new { uid })
            ?? StockCard.Find(db, uid);
        if (begun is not null)
            return begun.Batch == batch.Number ? (begun.Number, null) : (0, "card-other-batch");
        if (Card.Find(db, uid, generation: 0) is not null)
            return (0, "card-taken");
        if (Free(db, batch).FirstOrDefault() is not { } free)
            return (0L, (string?)"batch-full");
        db.Run(
            """
            INSERT INTO bench_card (uid, batch, number, begun_us) VALUES (@uid, @Number, @First, @now)
            """,
            new { uid, batch.Number, free.First, now = clock.Microseconds() });
        return (free.First, null);
    });

    /// <summary>Whether the chip is in stock, of whichever batch.</summary>
    public StockCard? InStock(string uid) => database.Read(db => StockCard.Find(db, uid));

    /// <summary>The card that a chip is, or is becoming; null for none.</summary>
    public Card? CardOf(string uid) => database.Read(db => Card.Find(db, uid, generation: 0));

    /// <summary>A chip is prepared: it is in stock.</summary>
    public void Prepared(string uid) => database.Write(db => db.Run(
        """
        INSERT INTO stock_card (uid, number, batch, registered_us)
        SELECT uid, number, batch, @now FROM bench_card WHERE uid = @uid ON CONFLICT (uid) DO NOTHING
        """,
        new { uid, now = clock.Microseconds() }));

    public BenchCount Count(CardBatch batch, BenchTask task) => database.Read(db =>
    {
        var stock = db.Value<long>("SELECT COUNT(*) FROM stock_card WHERE batch = @Number", batch);
        return task == BenchTask.Prepare
            ? new BenchCount(stock, batch.Size)
            : new BenchCount(
                db.Value<long>(
                    $"SELECT COUNT(*) FROM stock_card s WHERE s.batch = @Number AND {IsInUse}",
                    new { batch.Number, Personalising = (long)CardStatus.Personalising }),
                stock);
    });

    /// <summary>The cards of a batch that are not done, by number.</summary>
    public IReadOnlyList<NumberRange> Missing(CardBatch batch, BenchTask task) => database.Read(db =>
        task == BenchTask.Prepare ? Gaps(db, batch, "stock_card") : Joined(db.List<long>(
            $"SELECT s.number FROM stock_card s WHERE s.batch = @Number AND NOT {IsInUse} ORDER BY s.number",
            new { batch.Number, Personalising = (long)CardStatus.Personalising })));

    /// <summary>Writes down that a counter begins with a batch, or has ended.</summary>
    public void Note(CardBatch batch, BenchTask task, string by, string action)
    {
        var count = Count(batch, task);
        database.Write(db => AuditLog.Write(
            db, clock.Microseconds(), by, action, $"batch:{batch.Number}",
            $$"""
            {"task":"{{task.ToString().ToLowerInvariant()}}","done":{{count.Done}},"of":{{count.Total}}}
            """));
    }

    // Numbers that neither a chip in stock nor one that was begun has.
    private static List<NumberRange> Free(DbSession db, CardBatch batch) => Gaps(
        db, batch, "(SELECT number, batch FROM stock_card UNION SELECT number, batch FROM bench_card) had");

    private static List<NumberRange> Gaps(DbSession db, CardBatch batch, string had)
    {
        var next = batch.FirstNumber;
        var gaps = new List<NumberRange>();
        foreach (var number in db.List<long>(
            $"SELECT number FROM {had} WHERE batch = @Number ORDER BY number", batch)
            .Append(batch.LastNumber + 1))
        {
            if (number > next)
                gaps.Add(new NumberRange { First = next, Last = number - 1 });
            next = number + 1;
        }

        return gaps;
    }

    private static List<NumberRange> Joined(IReadOnlyList<long> numbers)
    {
        var joined = new List<NumberRange>();
        foreach (var number in numbers)
        {
            if (joined is [.., var last] && last.Last + 1 == number)
                joined[^1] = last with { Last = number };
            else
                joined.Add(new NumberRange { First = number, Last = number });
        }

        return joined;
    }
}
