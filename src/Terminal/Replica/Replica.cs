using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Terminal;

/// <summary>What headquarters has said, kept so that a sale needs no network. Rules and limits count only
/// with headquarters' signature, which is checked whenever they are read. Safe for many threads.</summary>
internal sealed class Replica : ICardKnowledge
{
    private const string AllRules = "SELECT document, signature FROM rule_set ORDER BY version DESC";
    private const string AllLimits = "SELECT document, signature FROM limits ORDER BY version DESC";

    private readonly TerminalDatabase _database;
    private readonly uint _terminal;
    private readonly TrustedAuthorities _headquarters;
    private volatile RuleSet? _current;
    private volatile Limits? _limits;
    private volatile AuditHead? _auditHead;
    private long _asOfUs;

    /// <param name="headquarters">Whose signatures count. Not owned.</param>
    public Replica(TerminalDatabase database, uint terminal, TrustedAuthorities headquarters)
    {
        _database = database;
        _terminal = terminal;
        _headquarters = headquarters;
        Hotlist = new Hotlist(database);
        var (rules, limits) = database.Read(
            c => (c.Rows(AllRules, Signed).ToList(), c.Rows(AllLimits, Signed).ToList()));
        if (rules.Concat(limits).Contains(null))
            ReadFeedAgain();
        (_current, _limits) = (Newest(rules), OurNewest(limits));
        _auditHead = database.Read(c => c.Rows(
            "SELECT number, hash, restored FROM audit_head", AuditHeadOf).SingleOrDefault());
        _asOfUs = database.Read(c => c.Number("SELECT position FROM cursor WHERE name = 'feed_as_of_us'"));
    }

    public Hotlist Hotlist { get; }

    /// <summary>What this terminal may decide alone; null where nobody has said so yet.</summary>
    public Limits? Limits => _limits;

    /// <summary>When this terminal last had all that headquarters says, by headquarters' clock; 1970 while
    /// the hotlist is not whole, so that nobody redeems without it.</summary>
    public DateTimeOffset AsOf => Hotlist.State == HotlistState.Whole
        ? DateTimeOffset.UnixEpoch.AddTicks(Interlocked.Read(ref _asOfUs) * TimeSpan.TicksPerMicrosecond)
        : DateTimeOffset.UnixEpoch;

    /// <summary>Whether the feed has to be read again from its start, because the hotlist is
    /// damaged.</summary>
    public bool WantsFeedAgain => Hotlist.State == HotlistState.Damaged;

    /// <summary>What headquarters has told of its audit log: this terminal is a witness. Null for
    /// nothing.</summary>
    public AuditHead? AuditHead => _auditHead;

    /// <summary>The rules in force: the highest version; null before the first feed.</summary>
    public RuleSet? Current => _current;

    /// <summary>The feed position up to which all that is for this terminal is stored.</summary>
    public ulong Cursor => _database.Read(
        c => (ulong)c.Number("SELECT position FROM cursor WHERE name = 'feed'"));

    /// <summary>In which of headquarters' books the cursor is a place; 0 where none was read.</summary>
    public long FeedEpoch => _database.Read(c => c.Number(
        "SELECT COALESCE((SELECT position FROM cursor WHERE name = 'feed_epoch'), 0)"));

    /// <summary>The rules that an intent of this journal was decided under.</summary>
    /// <exception cref="JournalFailedException">They are gone, although they were written before the
    /// intent.</exception>
    public RuleSet Rules(Intent intent)
    {
        var version = intent.Context.RuleSetVersion;
        return FindRules(version) ?? throw new JournalFailedException(
            $"Rule set {version} is gone, or is not what headquarters signed.");
    }

    /// <summary>A rule set, in force or not; null where there is none, or not as headquarters signed
    /// it.</summary>
    public RuleSet? FindRules(uint version) =>
        _current is { } current && current.Version == version
            ? current
            : _database.Read(c => c.Rows(
                    "SELECT document, signature FROM rule_set WHERE version = ?", Signed, (long)version)
                .OfType<byte[]>().Select(document => RuleSet.FromDocument(document)).SingleOrDefault());

    /// <summary>What is known of a card; null for a stranger.</summary>
    public KnownCard? Find(Uid uid) => _database.Read(c =>
    {
        Span<byte> bytes = stackalloc byte[Uid.Length];
        uid.CopyTo(bytes);
        var key = c.Seal.LookUp(SealedPlace.Card, bytes);
        var item = c.Rows(
            "SELECT item FROM card WHERE uid = ?",
            row => CardItem.Parser.ParseFrom(c.Seal.Open(SealedPlace.Card, new RowName(key), row.Span(0))),
            key).SingleOrDefault();
        return item is null ? null : new KnownCard(item, [.. c.Rows(
            """
            SELECT number, points, COALESCE(tier, -1), COALESCE(blocks, -1), COALESCE(file, x'')
            FROM card_action WHERE uid = ? AND generation = ?
            """,
            row => Action(row, c, key), key, (long)item.Card.Generation)]);
    });

    /// <summary>Whether headquarters has countersigned these very totals of a day.</summary>
    public bool IsCountersigned(uint day, ByteString totals) => _database.Read(c => c.Rows(
        "SELECT signature FROM day_countersigned WHERE number = ?",
        row => _headquarters.HaveSigned(totals.Span, row.Bytes(0)), (long)day)
        .SingleOrDefault());

    /// <summary>Whether headquarters lets nobody be served with a card, known here or not. Ask before
    /// <see cref="AsOf"/>: damage shows when it is looked at.</summary>
    public bool IsListed(Uid uid) => Hotlist.IsListed(uid);

    /// <summary>Asks for all of the feed from now on; what is known stays until then.</summary>
    public void ReadFeedAgain() =>
        _database.Lazily(c => c.Run("UPDATE cursor SET position = 0 WHERE name = 'feed'"));

    /// <summary>Stores a batch and the cursor together. Applying it twice is applying it once. Lazily, for
    /// headquarters says it again; but durably where it closes doubts, for the till is told at once, and
    /// where an authority is the only one, for what the former has signed counts no more.</summary>
    /// <returns>The doubts of this terminal that the batch closes.</returns>
    /// <exception cref="FormatException">A rule set, or this terminal's limits, or a change of the hotlist
    /// are unreadable or not signed by headquarters, or a listed UID is unreadable; nothing of the batch is
    /// stored.</exception>
    public IReadOnlyList<DoubtClosedItem> Apply(FeedBatch batch)
    {
        List<DoubtClosedItem> closed = [.. batch.Items.Select(i => i.DoubtClosed).Where(IsOurs)];
        var only = batch.Items.Select(i => i.Authority).LastOrDefault(a => a is not null);
        if (closed.Count > 0 || only is not null)
            _database.Durably(c => Stored(c, batch));
        else
            _database.Lazily(c => Store(c, batch));
        if (only is not null)
            _headquarters.Forget(only);
        var all = batch.Ahead.Concat(batch.Items);
        if (all.Any(i => i.RuleSet is not null || i.Limits?.Terminal == _terminal))
        {
            (_current, _limits) = _database.Read(
                c => (Newest(c.Rows(AllRules, Signed)), OurNewest(c.Rows(AllLimits, Signed))));
        }

        if (IsNews(batch.AuditHead))
            _auditHead = batch.AuditHead;
        if (batch.AsOfUs > 0)
            Interlocked.Exchange(ref _asOfUs, batch.AsOfUs);
        Hotlist.MergeIfDue();
        return closed;
    }

    private bool Stored(PreparedConnection c, FeedBatch batch)
    {
        c.InTransaction(() => Store(c, batch));
        return true;
    }

    private void Store(PreparedConnection c, FeedBatch batch)
    {
        foreach (var item in batch.Ahead.Concat(batch.Items))
            Store(c, item);
        if (IsNews(batch.AuditHead))
            StoreAuditHead(c, batch.AuditHead);
        if (!Hotlist.Store(c, batch))
            return;
        // Where it ends, the feed may have gone on with what is for others.
        var through = Math.Max(batch.Through, batch.Items.LastOrDefault()?.Position ?? 0);
        if (through > 0)
        {
            c.Run("UPDATE cursor SET position = ? WHERE name = 'feed'", (long)through);
            c.Run("INSERT OR REPLACE INTO cursor(name, position) VALUES ('feed_epoch', ?)", batch.Epoch);
        }

        if (batch.AsOfUs > 0)
            c.Run("UPDATE cursor SET position = ? WHERE name = 'feed_as_of_us'", batch.AsOfUs);
    }

    private bool IsOurs(DoubtClosedItem? closed) => closed?.Terminal == _terminal;

    private void Store(PreparedConnection c, FeedItem item)
    {
        switch (item.ContentCase)
        {
            case FeedItem.ContentOneofCase.RuleSet:
                DemandSignature(item.RuleSet.Document, item.RuleSet.Signature);
                c.Run(
                    "INSERT OR REPLACE INTO rule_set(version, document, signature) VALUES (?, ?, ?)",
                    RuleSet.FromDocument(item.RuleSet.Document.Span).Version,
                    item.RuleSet.Document.ToByteArray(), item.RuleSet.Signature.ToByteArray());
                break;
            case FeedItem.ContentOneofCase.Card:
                StoreCard(c, item.Card);
                break;
            case FeedItem.ContentOneofCase.CardAction:
                StoreAction(c, item.CardAction);
                break;
            case FeedItem.ContentOneofCase.Limits when item.Limits.Terminal == _terminal:
                DemandSignature(item.Limits.Document, item.Limits.Signature);
                var limits = Loyalty.Offline.Limits.FromDocument(item.Limits.Document.Span);
                if (limits.Terminal != _terminal)
                    throw new FormatException("The limits are another terminal's.");
                // Headquarters' last word counts, also where it was restored from a backup and counts anew.
                c.Run("DELETE FROM limits");
                c.Run(
                    "INSERT INTO limits(version, document, signature) VALUES (?, ?, ?)",
                    limits.Version, item.Limits.Document.ToByteArray(), item.Limits.Signature.ToByteArray());
                break;
            case FeedItem.ContentOneofCase.HotlistDelta:
                // The list itself takes it.
                DemandSignature(item.HotlistDelta.Document, item.HotlistDelta.Signature);
                break;
            case FeedItem.ContentOneofCase.DayCountersigned
                when item.DayCountersigned is var day && day.Terminal == _terminal:
                c.Run(
                    "INSERT OR REPLACE INTO day_countersigned(number, signature) VALUES (?, ?)",
                    (long)day.Number, day.Signature.ToByteArray());
                break;
            case FeedItem.ContentOneofCase.Authority when !_headquarters.HaveSaid(item.Authority):
                throw new FormatException("An authority that nobody trusts says that it is the only one.");
            case FeedItem.ContentOneofCase.DoubtClosed when IsOurs(item.DoubtClosed):
                c.Run(
                    "INSERT OR REPLACE INTO doubt_closed(intent_sequence, happened) VALUES (?, ?)",
                    (long)item.DoubtClosed.IntentSequence, item.DoubtClosed.Happened);
                break;
        }
    }

    private static CardAction Action(PreparedConnection.Row row, PreparedConnection c, byte[] card) => new(
        (int)row.Number(0), (int)row.Number(1), row.Number(2) is >= 0 and var tier ? (byte)tier : null,
        row.Number(3) is >= 0 and var blocks ? blocks > 0 : null,
        row.Span(4) is { Length: > 0 } file
            ? MemberFiles.OfItem(MemberFileItem.Parser.ParseFrom(
                c.Seal.Open(SealedPlace.CardAction, new RowName(card), file)))
            : null);

    private static void StoreAction(PreparedConnection c, CardActionItem action)
    {
        if (action.Tier > byte.MaxValue)
            throw new FormatException($"A card has no tier {action.Tier}.");
        var key = Key(c, action.Uid);
        var file = action.File is null ? null : MemberFiles.ToItem(MemberFiles.OfItem(action.File));
        c.Run(
            """
            INSERT OR REPLACE INTO card_action(uid, generation, number, points, tier, blocks, file)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            key, (long)action.Generation, (long)action.Number, action.Points,
            action.HasTier ? (long)action.Tier : null, action.HasBlocks ? action.Blocks : null,
            file is null ? null : c.Seal.Seal(SealedPlace.CardAction, new RowName(key), file.ToByteArray()));
    }

    // The log only grows: what is shorter, or another entry of the same number, is not believed, unless the
    // log has since got an entry that says why.
    private bool IsNews(AuditHead? told) => told is not null
        && (_auditHead is not { } known || told.Number > known.Number || told.Restored > known.Restored);

    private static void StoreAuditHead(PreparedConnection c, AuditHead head)
    {
        c.Run("DELETE FROM audit_head");
        c.Run(
            "INSERT INTO audit_head(number, hash, restored) VALUES (?, ?, ?)",
            (long)head.Number, head.Hash.ToByteArray(), (long)head.Restored);
    }

    private static AuditHead AuditHeadOf(PreparedConnection.Row row) => new()
    {
        Number = (ulong)row.Number(0),
        Hash = ByteString.CopyFrom(row.Bytes(1)),
        Restored = (ulong)row.Number(2),
    };

    private static void StoreCard(PreparedConnection c, CardItem item)
    {
        var key = Key(c, item.Card.Uid);
        c.Run(
            "INSERT OR REPLACE INTO card(uid, item) VALUES (?, ?)", key,
            c.Seal.Seal(SealedPlace.Card, new RowName(key), item.ToByteArray()));
        c.Run(
            "DELETE FROM card_action WHERE uid = ? AND (generation < ? OR generation = ? AND number <= ?)",
            key, (long)item.Card.Generation, (long)item.Card.Generation, (long)item.LastCardAction);
    }

    // Who is among the cards is nobody's business who only has the disk.
    private static byte[] Key(PreparedConnection c, ByteString uid) => uid.Length == Uid.Length
        ? c.Seal.LookUp(SealedPlace.Card, uid.Span)
        : throw new FormatException($"A card's UID has {uid.Length} bytes.");

    private void DemandSignature(ByteString document, ByteString signature)
    {
        if (!_headquarters.HaveSigned(document.Span, signature.Span))
            throw new FormatException("A document is not signed by headquarters.");
    }

    // Reads no further than to the newest that is signed.
    private static RuleSet? Newest(IEnumerable<byte[]?> rules) =>
        rules.OfType<byte[]>().Select(document => RuleSet.FromDocument(document)).FirstOrDefault();

    private Limits? OurNewest(IEnumerable<byte[]?> limits) =>
        limits.OfType<byte[]>().Select(document => Loyalty.Offline.Limits.FromDocument(document))
            .FirstOrDefault(document => document.Terminal == _terminal);

    // The document of a row; null where it is not what headquarters signed.
    private byte[]? Signed(PreparedConnection.Row row) =>
        row.Bytes(0) is var document && _headquarters.HaveSigned(document, row.Bytes(1))
            ? document
            : null;
}
