using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Ledger;

/// <summary>A sale that is about to be taken.</summary>
/// <param name="Uid">Of its card.</param>
/// <param name="Terminal">Where it was made.</param>
/// <param name="OperationId">32 hex digits.</param>
internal readonly record struct ForeseenSale(string Uid, long Terminal, string OperationId);

/// <summary>What the book says of sales that are about to be taken: read for all of them at once, and true as
/// long as they alone change it.</summary>
internal sealed class Foresight
{
    private static readonly RowShape Asked = new(
        "uid text, generation bigint, tm_key_version bigint, highest_counter bigint, terminal bigint, "
        + "operation text");

    private readonly Dictionary<string, ForeseenCard> _cards;
    private readonly Dictionary<(string Uid, long Terminal), long?> _stores = [];
    private readonly HashSet<(string Uid, long Store)> _known = [];
    private readonly HashSet<string> _begun = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unreturned = new(StringComparer.Ordinal);

    private Foresight(Dictionary<string, ForeseenCard> cards) => _cards = cards;

    public static Foresight Of(DbSession db, IReadOnlyList<ForeseenSale> sales)
    {
        var foresight = new Foresight(Card.FindAll(db, sales.Select(sale => sale.Uid).Distinct())
            .ToDictionary(card => card.Uid, card => new ForeseenCard(card), StringComparer.Ordinal));
        foreach (var row in Read(db, foresight._cards, sales))
        {
            foresight._cards[row.Uid].Add(row);
            foresight._stores[(row.Uid, row.Terminal)] = row.Store;
            if (row is { IsKnown: true, Store: { } store })
                foresight._known.Add((row.Uid, store));
            if (!row.IsReturned)
                foresight._unreturned.Add(row.Operation);
        }

        return foresight;
    }

    /// <summary>A card, if it was foreseen; generation 0 asks for the newest.</summary>
    public ForeseenCard? Find(string uid, long generation) =>
        _cards.TryGetValue(uid, out var card) && (generation == 0 || generation == card.Card.Generation)
            ? card
            : null;

    /// <summary>An intent has come, and its row is not written yet.</summary>
    public void Begin(IntentRow intent, object?[] row)
    {
        if (Find(intent.Uid, intent.Generation) is not { } card)
            return;
        card.Begin(intent.Place, row);
        _begun.Add(intent.Uid);
    }

    /// <summary>All rows are written, and a card is no longer as it was foreseen.</summary>
    public void Lose(string uid)
    {
        _cards.Remove(uid);
        foreach (var begun in _begun.Where(begun => _cards.GetValueOrDefault(begun) is { HasBegun: true }))
            _cards.Remove(begun);
        _begun.Clear();
    }

    /// <summary>Whether no return of the sale has come before it.</summary>
    public bool IsUnreturned(string operationId) => _unreturned.Contains(operationId);

    /// <summary>The store of a terminal that was foreseen with the card.</summary>
    public long? StoreOf(string uid, long terminal) => _stores.GetValueOrDefault((uid, terminal));

    /// <summary>A store knows a card now.</summary>
    /// <returns>False where it did before.</returns>
    public bool Learn(string uid, long store) => _known.Add((uid, store));

    private static IReadOnlyList<ForeseenRow> Read(
        DbSession db, Dictionary<string, ForeseenCard> cards, IReadOnlyList<ForeseenSale> sales) =>
        db.ListForEach<ForeseenRow>(
            $"""
            SELECT row.uid, row.terminal, row.operation, newest.record_written, newest.reader_id,
                terminal.store, EXISTS (SELECT 1 FROM known_card k
                    WHERE k.uid = row.uid AND k.store = terminal.store) AS is_known,
                EXISTS (SELECT 1 FROM sale_return r WHERE r.sale = row.operation) AS is_returned,
                EXISTS (SELECT 1 FROM seen_record s WHERE s.uid = row.uid
                    AND s.generation = row.generation AND s.counter >= row.highest_counter)
                OR EXISTS (SELECT 1 FROM intent i WHERE i.uid = row.uid
                    AND i.generation = row.generation AND i.counter >= row.highest_counter
                    AND i.state <> '{IntentState.Posted}') AS is_awaited
            FROM {RowShape.Place}
            LEFT JOIN terminal ON terminal.number = row.terminal
            LEFT JOIN card_transaction newest ON newest.uid = row.uid
                AND newest.generation = row.generation AND newest.tm_key_version = row.tm_key_version
                AND newest.counter = row.highest_counter
            """,
            new Rows(Asked, [.. sales.Where(sale => cards.ContainsKey(sale.Uid)).Select(sale =>
            {
                var card = cards[sale.Uid].Card;
                return new object?[]
                {
                    card.Uid, card.Generation, (long)card.TmKeyVersion, card.HighestCounter, sale.Terminal,
                    sale.OperationId,
                };
            })]));
}

/// <summary>A card as it stands while sales are taken.</summary>
internal sealed class ForeseenCard(Card card)
{
    // Rows of intents that have come since, by their places.
    private readonly Dictionary<JournalPlace, object?[]> _begun = [];
    private byte[]? _newestRecord;
    private byte[]? _newestReaderId;
    private bool _isAwaited;

    public Card Card { get; private set; } = card;

    /// <summary>Whether an intent has come of which nothing more is known.</summary>
    public bool HasBegun => _begun.Count > 0;

    public void Add(ForeseenRow row) =>
        (_newestRecord, _newestReaderId, _isAwaited) = (row.RecordWritten, row.ReaderId, row.IsAwaited);

    /// <summary>Whether nothing is open about the card but this intent.</summary>
    public bool Awaits(JournalPlace only) => !_isAwaited && _begun.Count == 1 && _begun.ContainsKey(only);

    public void Begin(JournalPlace place, object?[] row) => _begun.Add(place, row);

    /// <returns>False where no such intent has come, or it is written.</returns>
    public bool TryPost(JournalPlace place)
    {
        if (!_begun.Remove(place, out var row))
            return false;
        row[Intents.StateAt] = IntentState.Posted;
        return true;
    }

    /// <summary>Whether a commit names and has read the newest one.</summary>
    public bool IsFollowedBy(ProvenCommit commit) =>
        _newestRecord is not null && commit.Read is { } read
        && Bytes.Of(read).AsSpan().SequenceEqual(_newestRecord)
        && Bytes.Of(commit.Previous).AsSpan().SequenceEqual(_newestReaderId);

    /// <summary>A commit has been added.</summary>
    public void Move(Card card, ProvenCommit newest) => (Card, _newestRecord, _newestReaderId) =
        (card, Bytes.Of(newest.Written), Bytes.Of(newest.ReaderId));
}

/// <summary>What the book says of one <see cref="ForeseenSale"/>.</summary>
internal sealed record ForeseenRow
{
    public string Uid { get; init; } = "";
    public long Terminal { get; init; }
    public string Operation { get; init; } = "";

    /// <summary>Of the card's highest commit; null where it has none.</summary>
    public byte[]? RecordWritten { get; init; }
    public byte[]? ReaderId { get; init; }

    /// <summary>The terminal's; null where it is not enrolled here.</summary>
    public long? Store { get; init; }

    /// <summary>The store knows the card.</summary>
    public bool IsKnown { get; init; }

    /// <summary>A return of the sale is in the book.</summary>
    public bool IsReturned { get; init; }

    /// <summary>From the highest commit on, an intent is not posted, or somebody has seen a record.</summary>
    public bool IsAwaited { get; init; }
}
