using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Ledger;

/// <summary>A table to which entries add rows.</summary>
internal sealed record BookTable(string Name, RowShape Shape);

/// <summary>What entries have changed in the book and is not written yet.</summary>
/// <param name="nowUs">When they are taken, microseconds since 1970.</param>
internal sealed class Gathered(long nowUs)
{
    private readonly Dictionary<BookTable, List<object?[]>> _rows = [];
    private readonly Dictionary<long, ReadEntry> _heads = [];
    private readonly List<(string Uid, long Store)> _known = [];
    private readonly Dictionary<(string Uid, long Generation), (Card Card, bool IsNews)> _cards = [];

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

    public void WriteTo(DbSession db)
    {
        foreach (var (table, rows) in _rows)
            db.Insert(table.Name, new Rows(table.Shape, rows));
        _rows.Clear();
        if (_heads.Count > 0)
            Journals.MoveHeads(db, _heads.Values, nowUs);
        _heads.Clear();
        if (_known.Count > 0)
            KnownCards.Add(db, _known);
        _known.Clear();
        if (_cards.Count > 0)
            Card.Stand(db, _cards.Values.Select(put => put.Card));
        if (_cards.Values.Any(put => put.IsNews))
            Feed.Publish(db, [.. _cards.Values.Where(put => put.IsNews).Select(put => put.Card.News())]);
        _cards.Clear();
    }
}
