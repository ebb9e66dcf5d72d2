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
    private static readonly RowShape Commits = new(
        "uid text, generation bigint, tm_key_version bigint, counter bigint");

    private static readonly RowShape Places = new("uid text, terminal bigint");
    private static readonly RowShape Operations = new("operation text");

    private readonly Dictionary<string, ForeseenCard> _cards;
    private readonly Dictionary<(string Uid, long Terminal), long> _stores = [];
    private readonly HashSet<(string Uid, long Store)> _known = [];
    private readonly HashSet<string> _unreturned;
    private readonly HashSet<string> _begun = new(StringComparer.Ordinal);

    private Foresight(DbSession db, IReadOnlyList<ForeseenSale> sales)
    {
        _cards = ReadCards(db, sales);
        var ofCards = sales.Where(sale => _cards.ContainsKey(sale.Uid)).ToList();
        foreach (var place in ReadPlaces(db, ofCards))
        {
            _stores[(place.Uid, place.Terminal)] = place.Store;
            if (place.IsKnown)
                _known.Add((place.Uid, place.Store));
        }

        _unreturned = ReadUnreturned(db, ofCards.Select(sale => sale.OperationId));
    }

    public static Foresight Of(DbSession db, IReadOnlyList<ForeseenSale> sales) => new(db, sales);

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
    public long? StoreOf(string uid, long terminal) =>
        _stores.TryGetValue((uid, terminal), out var store) ? store : null;

    /// <summary>A store knows a card now.</summary>
    /// <returns>False where it did before.</returns>
    public bool Learn(string uid, long store) => _known.Add((uid, store));

    private static Dictionary<string, ForeseenCard> ReadCards(
        DbSession db, IReadOnlyList<ForeseenSale> sales)
    {
        var cards = Card.FindAll(db, sales.Select(sale => sale.Uid).Distinct())
            .ToDictionary(card => card.Uid, card => new ForeseenCard(card), StringComparer.Ordinal);
        var newest = new Rows(Commits, [.. cards.Values.Select(foreseen => foreseen.Card).Select(
            card => new object?[]
            {
                card.Uid, card.Generation, (long)card.TmKeyVersion, card.HighestCounter,
            })]);
        foreach (var row in db.ListForEach<NewestCommit>(
            $"""
            SELECT row.uid, newest.record_written, newest.reader_id,
                EXISTS (SELECT 1 FROM seen_record s WHERE s.uid = row.uid
                    AND s.generation = row.generation AND s.counter >= row.counter)
                OR EXISTS (SELECT 1 FROM intent i WHERE i.uid = row.uid
                    AND i.generation = row.generation AND i.counter >= row.counter
                    AND i.state <> '{IntentState.Posted}') AS is_awaited
            FROM {RowShape.Place}
            LEFT JOIN card_transaction newest ON newest.uid = row.uid
                AND newest.generation = row.generation AND newest.tm_key_version = row.tm_key_version
                AND newest.counter = row.counter
            """, newest))
        {
            cards[row.Uid].Add(row);
        }

        return cards;
    }

    private static IReadOnlyList<CardsPlace> ReadPlaces(
        DbSession db, IEnumerable<ForeseenSale> sales) =>
        db.ListForEach<CardsPlace>(
            $"""
            SELECT row.uid, row.terminal, terminal.store, EXISTS (SELECT 1 FROM known_card k
                WHERE k.uid = row.uid AND k.store = terminal.store) AS is_known
            FROM {RowShape.Place} JOIN terminal ON terminal.number = row.terminal
            """,
            new Rows(Places, [.. sales.Select(sale => (sale.Uid, sale.Terminal)).Distinct().Select(
                place => new object?[] { place.Uid, place.Terminal })]));

    private static HashSet<string> ReadUnreturned(DbSession db, IEnumerable<string> operations)
    {
        var unreturned = operations.ToHashSet(StringComparer.Ordinal);
        var rows = new Rows(Operations, [.. unreturned.Select(operation => new object?[] { operation })]);
        unreturned.ExceptWith(db.ListForEach<string>(
            $"SELECT sale FROM {RowShape.Place} JOIN sale_return ON sale = row.operation", rows));
        return unreturned;
    }
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

    public void Add(NewestCommit row) =>
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

/// <summary>A card's highest commit, as the book has it.</summary>
internal sealed record NewestCommit
{
    public string Uid { get; init; } = "";

    /// <summary>Null where the card has none.</summary>
    public byte[]? RecordWritten { get; init; }
    public byte[]? ReaderId { get; init; }

    /// <summary>From that commit on, an intent is not posted, or somebody has seen a record.</summary>
    public bool IsAwaited { get; init; }
}

/// <summary>Where a card was.</summary>
internal sealed record CardsPlace
{
    public string Uid { get; init; } = "";
    public long Terminal { get; init; }
    public long Store { get; init; }

    /// <summary>The store knows the card.</summary>
    public bool IsKnown { get; init; }
}
