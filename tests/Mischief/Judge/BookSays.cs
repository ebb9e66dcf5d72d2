using SmartCardCrm.Mischief.Story;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Mischief.Judge;

/// <summary>What a book says of each deed, read from its tables.</summary>
internal sealed class BookSays
{
    private readonly HashSet<(long Terminal, long Sequence)> _posted;
    private readonly Dictionary<(long Terminal, long Sequence), string> _intents;
    private readonly IReadOnlyList<OpenRow> _open;
    private readonly ILookup<(long? Terminal, long? Sequence), OpenRow> _byPlace;
    private readonly ILookup<string?, OpenRow> _missing;
    private readonly HashSet<long> _told = [];

    public BookSays(Database book) => (_posted, _intents, _open, _byPlace, _missing) = book.Read(db =>
    {
        var open = db.List<OpenRow>(
            """
            SELECT id, cause, detail, terminal, sequence, uid FROM book_exception
            WHERE closed_us IS NULL ORDER BY id
            """);
        return (
            db.List<PlaceRow>("SELECT terminal, sequence FROM card_transaction")
                .Select(row => (row.Terminal, row.Sequence)).ToHashSet(),
            db.List<PlaceRow>("SELECT terminal, sequence, state FROM intent")
                .ToDictionary(row => (row.Terminal, row.Sequence), row => row.State),
            open,
            open.Where(row => !row.IsMissing).ToLookup(row => (row.Terminal, row.Sequence)),
            open.Where(row => row.IsMissing).ToLookup(row => row.Uid));
    });

    /// <summary>Exceptions of which no deed was asked for.</summary>
    public IEnumerable<string> Untold => _open.Where(row => !_told.Contains(row.Id)).Select(row => $"{row}");

    /// <summary>A cause, or one of <see cref="Column"/>; all causes where there are several.</summary>
    public string Of(Deed deed)
    {
        var (terminal, intent) = ((long)deed.Terminal.Number, (long)deed.Intent);
        var rows = Enumerable.Range((int)intent, (int)deed.Entries)
            .SelectMany(entry => _byPlace[(terminal, entry)])
            .Concat(_missing[deed.Card.ToString()].Where(row => deed.IsCommitted && row.Has(deed.Counter)))
            .ToList();
        _told.UnionWith(rows.Select(row => row.Id));
        if (rows.Count > 0)
            return string.Join(" + ", rows.Select(row => row.Cause).Order(StringComparer.Ordinal));
        if (_posted.Contains((terminal, intent)))
            return deed.IsCommitted ? Column.Matched : "posted though it never happened";
        return _intents.GetValueOrDefault((terminal, intent)) switch
        {
            null => Column.Unseen,
            IntentState.DidNot when !deed.IsCommitted => Column.Matched,
            IntentState.Open => Column.Unsettled,
            var state => $"intent {state}",
        };
    }

    private sealed record PlaceRow
    {
        public long Terminal { get; init; }
        public long Sequence { get; init; }
        public string State { get; init; } = "";
    }

    private sealed record OpenRow
    {
        public long Id { get; init; }
        public string Cause { get; init; } = "";
        public string Detail { get; init; } = "";
        public long? Terminal { get; init; }
        public long? Sequence { get; init; }
        public string? Uid { get; init; }

        public bool IsMissing => Cause is Server.Reconciliation.Cause.Gap or Server.Reconciliation.Cause.Late;

        // "5", or "5..7".
        public bool Has(uint counter)
        {
            var ends = Detail.Split("..").Select(
                end => uint.Parse(end, System.Globalization.CultureInfo.InvariantCulture)).ToList();
            return ends[0] <= counter && counter <= ends[^1];
        }
    }
}
