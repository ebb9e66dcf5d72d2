using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Ledger;

/// <summary>The book while one transaction has it open.</summary>
/// <param name="db">The statements of that transaction.</param>
/// <param name="secrets">The keys to check cards' signatures with.</param>
/// <param name="nowUs">When, the same for all that the transaction writes: microseconds since 1970.</param>
internal sealed class OpenBook(DbSession db, ICardSecrets secrets, long nowUs)
{
    // An intent and its outcome are of one card.
    private (long Generation, Card Card)? _card;

    public DbSession Db { get; } = db;

    public ICardSecrets Secrets { get; } = secrets;

    public long NowUs { get; } = nowUs;

    /// <summary>The intent taken last: mostly its outcome follows.</summary>
    public (JournalPlace Place, Intent Intent)? NewestIntent { get; set; }

    /// <summary>A card as it stands in this transaction; generation 0 asks for the newest.</summary>
    public Card? FindCard(string uid, long generation)
    {
        if (_card is { Card.Uid: var kept } && kept == uid && _card.Value.Generation == generation)
            return _card.Value.Card;
        var card = Card.Find(Db, uid, generation);
        _card = card is null ? null : (generation, card);
        return card;
    }

    /// <summary>A card was changed: it is read anew.</summary>
    public void Forget() => _card = null;
}
