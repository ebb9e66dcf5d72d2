using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Ledger;

/// <summary>
/// The book while one transaction has it open. Many sales ask the same of it and add the same to it. What
/// they will ask may be foreseen for all of them at once; from then on what they add is gathered, and written
/// in few statements. Whoever uses <see cref="Db"/> finds it written, and is free to change whatever
/// <see cref="Concern"/> allows: that is foreseen no longer.
/// </summary>
/// <param name="db">The statements of that transaction.</param>
/// <param name="secrets">The keys to check cards' signatures with.</param>
/// <param name="nowUs">When, the same for all that the transaction writes: microseconds since 1970.</param>
internal sealed class OpenBook(DbSession db, ICardSecrets secrets, long nowUs)
{
    private readonly Gathered _gathered = new(nowUs);
    private readonly Dictionary<(long Programme, long Version), RuleSet?> _rules = [];
    private readonly Dictionary<long, string> _currencies = [];
    private readonly Dictionary<long, long> _heads = [];
    private Foresight? _foresight;
    private long? _newestPosting;
    private string? _subject;

    public DbSession Db
    {
        get
        {
            Lose();
            return db;
        }
    }

    /// <summary>For what no entry changes: programmes, rules, limits.</summary>
    public DbSession Standing => db;

    public ICardSecrets Secrets { get; } = secrets;

    public long NowUs { get; } = nowUs;

    /// <summary>Whether somebody has looked ahead since <see cref="Db"/> was used.</summary>
    public bool Foresees => _foresight is not null;

    /// <summary>What comes next changes nothing that is foreseen of other cards than this; null where it
    /// may.</summary>
    /// <param name="uid">14 hex digits.</param>
    public void Concern(string? uid) => _subject = uid;

    /// <summary>Looks at what these will ask.</summary>
    public void Foresee(IReadOnlyList<ForeseenSale> sales)
    {
        Close();
        _foresight = Foresight.Of(db, sales);
    }

    /// <summary>Writes what is gathered, and forgets what was foreseen.</summary>
    public void Close()
    {
        _foresight = null;
        _gathered.WriteTo(db);
    }

    /// <summary>A card as it stands in this transaction; generation 0 asks for the newest.</summary>
    public Card? FindCard(string uid, long generation) =>
        _foresight?.Find(uid, generation)?.Card ?? Card.Find(Db, uid, generation);

    /// <summary>A version of the rules, or null where it was never published.</summary>
    public RuleSet? RulesOf(long programme, long version)
    {
        if (!_rules.TryGetValue((programme, version), out var rules))
            _rules.Add((programme, version), rules = ProgrammeBook.Find(Standing, programme, version));
        return rules;
    }

    /// <summary>ISO 4217.</summary>
    public string CurrencyOf(long programme)
    {
        if (!_currencies.TryGetValue(programme, out var currency))
            _currencies.Add(programme, currency = ProgrammeBook.CurrencyOf(Standing, programme));
        return currency;
    }

    /// <summary>The id of one more posting.</summary>
    public long NextPosting()
    {
        _newestPosting ??= db.Value<long>("SELECT COALESCE(MAX(id), 0) FROM posting");
        return (_newestPosting += 1).Value;
    }

    /// <summary>The intent taken last: mostly its outcome follows.</summary>
    public (JournalPlace Place, Intent Intent)? NewestIntent { get; set; }

    /// <summary>Looks where journals end, for <see cref="HeadOf"/>.</summary>
    public void ReadHeads(IReadOnlyList<long> terminals)
    {
        foreach (var (terminal, sequence) in Journals.Ends(db, terminals))
            _heads[terminal] = sequence;
    }

    /// <summary>The newest entry of a terminal's journal that was taken, 0 for none.</summary>
    public long HeadOf(long terminal)
    {
        if (!_heads.TryGetValue(terminal, out var head))
            _heads.Add(terminal, head = Journals.Head(db, terminal).Sequence);
        return head;
    }

    /// <summary>Whether it is foreseen that nothing but its intent waits for a commit, which has come lately:
    /// so nothing is posted in its place either.</summary>
    public bool IsAlone(Card card, ProvenCommit commit, string? operationId) =>
        _foresight?.Find(card.Uid, card.Generation)?.Awaits(commit.Place) is true
        && operationId is not null && _foresight.IsUnreturned(operationId);

    /// <summary>Notes that a card was at a terminal.</summary>
    public void Note(string uid, long terminal)
    {
        if (_foresight?.StoreOf(uid, terminal) is not { } store)
            KnownCards.Note(Db, terminal, uid);
        else if (_foresight.Learn(uid, store))
            _gathered.Know(uid, store);
    }

    /// <summary>Whether a commit names and has read the card's newest one, as far as was foreseen.</summary>
    public bool Follows(Card card, ProvenCommit commit) =>
        _foresight?.Find(card.Uid, card.Generation) is { } foreseen && foreseen.IsFollowedBy(commit);

    /// <summary>Adds a row.</summary>
    public void Insert(BookTable table, params object?[] row)
    {
        _gathered.Insert(table, row);
        WriteUnlessForeseen();
    }

    /// <summary>Adds an entry at the end of its journal.</summary>
    public void Append(ReadEntry entry, object?[] row)
    {
        _heads[entry.Place.Terminal] = entry.Place.Sequence;
        _gathered.MoveHead(entry);
        _gathered.StartTo(db);
        Insert(Journals.Table, row);
    }

    /// <summary>Adds what a terminal has begun with a card.</summary>
    public void Insert(IntentRow intent)
    {
        var row = Intents.RowOf(intent);
        _foresight?.Begin(intent, row);
        Insert(Intents.Table, row);
    }

    /// <summary>Notes that an intent is posted, where it has come so lately that it is not written yet: it
    /// cannot have been doubted or given up.</summary>
    /// <returns>False where it has not.</returns>
    public bool TryPostBegun(Card card, JournalPlace place) =>
        _foresight?.Find(card.Uid, card.Generation)?.TryPost(place) is true;

    /// <summary>Writes how a card stands after the commit that came next, and tells terminals.</summary>
    public void Put(Card card, ProvenCommit newest)
    {
        _foresight?.Find(card.Uid, card.Generation)?.Move(card, newest);
        _gathered.Put(card, isNews: true);
        WriteUnlessForeseen();
    }

    /// <summary>Writes how a card stands.</summary>
    /// <param name="card">As it stands.</param>
    /// <param name="isNews">Whether terminals are told.</param>
    public void Put(Card card, bool isNews)
    {
        Lose();
        _gathered.Put(card, isNews);
        _gathered.WriteTo(db);
    }

    // What is foreseen of other cards still holds.
    private void Lose()
    {
        _gathered.WriteTo(db);
        if (_subject is null)
            _foresight = null;
        _foresight?.Lose(_subject!);
    }

    private void WriteUnlessForeseen()
    {
        if (_foresight is null)
            _gathered.WriteTo(db);
    }
}
