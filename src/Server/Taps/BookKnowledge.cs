using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Vault;
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
            : null);

    public bool IsListed(Uid uid) => database.Read(db =>
        Card.Find(db, uid.ToString(), generation: 0)?.Status is CardStatus.Blocked or CardStatus.Retired);
}

/// <summary>The vault's keys, for a card that is driven from here.</summary>
internal sealed class VaultKeys(KeyVault vault) : ICardKeys
{
    public bool Ready => true;

    public IReadOnlyList<byte> Versions(CardKeyNumber number, byte known) =>
        [.. vault.VersionsOf(number).OrderBy(version => version != known)];

    public CardKey Derive(CardKeyNumber number, byte version, Uid uid) =>
        vault.CardKeyOf(number, version, uid);

    public ReaderId Sign(Uid uid, uint terminal, uint sequence, uint n)
    {
        using var key = vault.ReaderIdKey(terminal);
        return key.Sign(uid, terminal, sequence, n);
    }
}
