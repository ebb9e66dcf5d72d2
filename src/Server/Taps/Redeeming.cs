using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Taps;

/// <summary>
/// Points that are redeemed on headquarters' word, until the terminal has reported what came of it. Meanwhile
/// the book still has them, and nobody may redeem them once more; what a terminal never reports stays taken
/// off.
/// </summary>
internal sealed class Redeeming(Database database)
{
    private const string IsOver =
        $"""
        EXISTS (
            SELECT 1 FROM intent i
            WHERE i.terminal = redeeming.terminal AND i.sequence = redeeming.sequence
                AND i.state IN ('{IntentState.Posted}', '{IntentState.Failed}', '{IntentState.DidNot}'))
        """;

    /// <summary>The terminal has written down that the card is to redeem. When it returns, it is on
    /// disk.</summary>
    /// <param name="uid">The card.</param>
    /// <param name="place">Of the intent.</param>
    /// <param name="points">1 or more.</param>
    public void Begin(Uid uid, JournalPlace place, long points) => database.Write(db =>
    {
        var begun = new { Uid = uid.ToString(), place.Terminal, place.Sequence, points };
        db.Run($"DELETE FROM redeeming WHERE uid = @Uid AND {IsOver}", begun);
        db.Run(
            """
            INSERT INTO redeeming (terminal, sequence, uid, points)
            VALUES (@Terminal, @Sequence, @Uid, @points)
            ON CONFLICT (terminal, sequence) DO UPDATE SET uid = excluded.uid, points = excluded.points
            """,
            begun);
    });

    /// <summary>Points of a card whose redeeming was begun, and of which headquarters does not know the
    /// end.</summary>
    public static long UnderWay(DbSession db, Uid uid) => db.Value<long>(
        $"SELECT COALESCE(SUM(points), 0) FROM redeeming WHERE uid = @Uid AND NOT {IsOver}",
        new { Uid = uid.ToString() });
}
