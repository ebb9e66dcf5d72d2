using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Taps;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Server.Taps;

/// <summary>What the book itself knows, for taps that are decided here.</summary>
/// <param name="programme">The terminal's.</param>
internal sealed class BookKnowledge(Database database, long programme) : ICardKnowledge
{
    public RuleSet? Current => database.Read(db => ProgrammeBook.Current(db, programme));

    public KnownCard? Find(Uid uid) => database.Read(db =>
        Card.Find(db, uid.ToString(), generation: 0) is { } card && card.Programme == programme
            ? new KnownCard(card.ToItem(), CardActionQueue.PendingOf(db, card))
            {
                PointsBooked = (int)Math.Clamp(
                    LedgerBook.BalanceOnCard(db, card.Number) - Redeeming.UnderWay(db, uid), 0, int.MaxValue),
            }
            : null);

    public bool IsListed(Uid uid) => database.Read(db =>
        Card.Find(db, uid.ToString(), generation: 0)?.Status is CardStatus.Blocked or CardStatus.Retired);
}
