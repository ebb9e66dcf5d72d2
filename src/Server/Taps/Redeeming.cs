using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Taps;

/// <summary>
/// Cards from which points are redeemed on headquarters' word, until the terminal has reported what came of
/// it. Meanwhile the book still has those points, and nobody may redeem them once more.
/// </summary>
internal sealed class Redeeming(Database database)
{
    /// <summary>The terminal has written down that the card is to redeem. When it returns, it is on
    /// disk.</summary>
    public void Begin(Uid uid, JournalPlace place) => database.Write(db => db.Run(
        """
        INSERT INTO redeeming (uid, terminal, sequence) VALUES (@Uid, @Terminal, @Sequence)
        ON CONFLICT (uid) DO UPDATE SET terminal = excluded.terminal, sequence = excluded.sequence
        """,
        new { Uid = uid.ToString(), place.Terminal, place.Sequence }));

    /// <summary>Whether something was begun with this card of which headquarters does not know the
    /// end.</summary>
    public static bool IsUnderWay(DbSession db, Uid uid) =>
        db.Value<long>(
            $"""
            SELECT COUNT(*) FROM redeeming r
            WHERE r.uid = @Uid AND NOT EXISTS (
                SELECT 1 FROM intent i WHERE i.terminal = r.terminal AND i.sequence = r.sequence
                    AND i.state IN ('{IntentState.Posted}', '{IntentState.Failed}', '{IntentState.DidNot}'))
            """,
            new { Uid = uid.ToString() }) > 0;
}
