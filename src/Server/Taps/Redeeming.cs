using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Taps;

/// <summary>
/// Points that are redeemed on headquarters' word, until the terminal has reported what came of it. Meanwhile
/// the book still has them, and nobody may redeem them once more; what a terminal never reports stays taken
/// off until the card shows that it did not happen.
/// </summary>
internal sealed class Redeeming(Database database)
{
    // Reported; or never to be, for another transaction has its place on the card.
    private const string IsOver =
        $"""
        (EXISTS (
            SELECT 1 FROM intent i
            WHERE i.terminal = redeeming.terminal AND i.sequence = redeeming.sequence
                AND i.state IN ('{IntentState.Posted}', '{IntentState.Failed}', '{IntentState.DidNot}'))
        OR EXISTS (
            SELECT 1 FROM card_transaction t
            WHERE t.uid = redeeming.uid AND t.generation = redeeming.generation
                AND t.counter = redeeming.counter))
        """;

    /// <summary>The terminal has written down that the card is to redeem. When it returns, it is on
    /// disk.</summary>
    /// <param name="place">Of the intent.</param>
    /// <param name="intent">It redeems 1 point or more.</param>
    public void Begin(JournalPlace place, Intent intent) => database.Write(db =>
    {
        var begun = new
        {
            Uid = Uid.FromBytes(intent.Card.Uid.Span).ToString(),
            Generation = (long)intent.Card.Generation,
            Counter = intent.CounterRead + 1L,
            Points = (long)intent.Redeemed,
            place.Terminal,
            place.Sequence,
        };
        db.Run($"DELETE FROM redeeming WHERE uid = @Uid AND {IsOver}", begun);
        db.Run(
            """
            INSERT INTO redeeming (terminal, sequence, uid, generation, counter, points)
            VALUES (@Terminal, @Sequence, @Uid, @Generation, @Counter, @Points)
            ON CONFLICT (terminal, sequence) DO UPDATE SET uid = excluded.uid,
                generation = excluded.generation, counter = excluded.counter, points = excluded.points
            """,
            begun);
    });

    /// <summary>Points of a card whose redeeming was begun, and of which headquarters does not know the
    /// end.</summary>
    /// <param name="db">Where it looks.</param>
    /// <param name="uid">14 hex digits.</param>
    public static long UnderWay(DbSession db, string uid) => db.Value<long>(
        $"SELECT COALESCE(SUM(points), 0) FROM redeeming WHERE uid = @uid AND NOT {IsOver}", new { uid });
}
