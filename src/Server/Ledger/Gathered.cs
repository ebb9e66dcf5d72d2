using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Ledger;

/// <summary>A table to which entries add rows.</summary>
internal sealed record BookTable(string Name, RowShape Shape);

/// <summary>What entries have changed in the book and is not written yet.</summary>
/// <param name="nowUs">When they are taken, microseconds since 1970.</param>
internal sealed class Gathered(long nowUs)
{
    private const int EntriesTogether = 256;

    private readonly Dictionary<BookTable, List<object?[]>> _rows = [];
    private readonly Dictionary<long, ReadEntry> _heads = [];
    private readonly List<(string Uid, long Store)> _known = [];
    private readonly Dictionary<(string Uid, long Generation), (Card Card, bool IsNews)> _cards = [];

    /// <summary>Adds a row. Of an intent it may change until it is written.</summary>
    public void Insert(BookTable table, object?[] row)
    {
        if (!_rows.TryGetValue(table, out var rows))
            _rows.Add(table, rows = []);
        rows.Add(row);
    }

    public void MoveHead(ReadEntry entry) => _heads[entry.Place.Terminal] = entry;

    public void Know(string uid, long store) => _known.Add((uid, store));

    public void Put(Card card, bool isNews)
    {
        var before = _cards.GetValueOrDefault((card.Uid, card.Generation));
        _cards[(card.Uid, card.Generation)] = (card, isNews || before.IsNews);
    }

    /// <summary>Begins to write rows that nobody changes any more, if there are many.</summary>
    public void StartTo(DbSession db)
    {
        if (_rows.GetValueOrDefault(Journals.Table) is not { Count: >= EntriesTogether })
            return;
        foreach (var (table, rows) in _rows.Where(written => written.Key != Intents.Table).ToList())
        {
            db.Insert(table.Name, new Rows(table.Shape, rows));
            _rows.Remove(table);
        }

        db.Start();
    }

    /// <summary>Writes all of it.</summary>
    public void WriteTo(DbSession db)
    {
        List<News> news = [.. _cards.Values.Where(put => put.IsNews).Select(put => put.Card.News())];
        // What is asked first keeps all that is written together.
        var told = news.Count > 0 ? Feed.Head(db) : 0;
        foreach (var (table, rows) in _rows)
            db.Insert(table.Name, new Rows(table.Shape, rows));
        _rows.Clear();
        if (_heads.Count > 0)
            Journals.MoveHeads(db, _heads.Values, nowUs);
        _heads.Clear();
        if (_cards.Count > 0)
            Card.Stand(db, _cards.Values.Select(put => put.Card));
        _cards.Clear();
        Feed.Publish(db, news, told);
        if (_known.Count > 0)
            KnownCards.Add(db, _known);
        _known.Clear();
    }
}
