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
    public RuleSet? Current => database.Read(Rules);

    public KnownCard? Find(Uid uid) => database.Read(db => Known(db, CardOf(db, uid)));

    public bool IsListed(Uid uid) => database.Read(db => IsListed(CardOf(db, uid)));

    public CardSight Look(Uid uid) => database.Read(db =>
    {
        var card = CardOf(db, uid);
        return new CardSight(Known(db, card), IsListed(card), Rules(db));
    });

    private RuleSet Rules(DbSession db) => ProgrammeBook.Current(db, programme);

    private static Card? CardOf(DbSession db, Uid uid) => Card.Find(db, uid.ToString(), generation: 0);

    private static bool IsListed(Card? card) => card?.Status is CardStatus.Blocked or CardStatus.Retired;

    private KnownCard? Known(DbSession db, Card? card) => card is not null && card.Programme == programme
        ? new KnownCard(card.ToItem(), CardActionQueue.PendingOf(db, card))
        {
            PointsBooked = (int)Math.Clamp(
                LedgerBook.BalanceOnCard(db, card.Number) - Redeeming.UnderWay(db, card.Uid),
                0, int.MaxValue),
        }
        : null;
}
