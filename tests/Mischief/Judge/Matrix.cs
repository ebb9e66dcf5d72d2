using SmartCardCrm.Mischief.Story;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Mischief.Judge;

/// <summary>What befell deeds, beside what the book says of them.</summary>
internal sealed class Matrix
{
    private readonly SortedDictionary<(string Row, string Column), int> _cells =
        new(Comparer<(string Row, string Column)>.Create((one, other) =>
            string.CompareOrdinal($"{one.Row}\0{one.Column}", $"{other.Row}\0{other.Column}")));

    private readonly List<string> _wrong = [];
    private readonly Dictionary<Deed, string> _saidOf = [];

    /// <param name="deeds">All that happened.</param>
    /// <param name="book">What came of it.</param>
    /// <param name="missingCame">Whether what was withheld has come too.</param>
    public Matrix(IEnumerable<Deed> deeds, Database book, bool missingCame)
    {
        var says = new BookSays(book);
        foreach (var card in deeds.GroupBy(deed => deed.Card))
        {
            var truth = new CardTruth([.. card], missingCame);
            foreach (var deed in card)
                Compare(deed, truth.Of(deed), says.Of(deed));
        }

        _wrong.AddRange(says.Untold.Select(row => $"an exception of nothing that happened: {row}"));
    }

    /// <summary>A line for each deed of which the book says what is not so.</summary>
    public IReadOnlyList<string> Wrong => _wrong;

    /// <summary>Deeds that stand in an exception here, and are matched in another.</summary>
    public int HealedIn(Matrix later) => _saidOf.Count(said =>
        said.Value is not (Column.Matched or Column.Unseen or Column.Unsettled)
        && later._saidOf[said.Key] == Column.Matched);

    /// <summary>A line a row: what befell, and how many the book has in which column.</summary>
    public IEnumerable<string> Lines =>
        _cells.GroupBy(cell => cell.Key.Row).Select(row =>
            $"  {row.Key,-42} {string.Join(", ", row.Select(cell => $"{cell.Key.Column} {cell.Value}"))}");

    private void Compare(Deed deed, Expected expected, string said)
    {
        _saidOf[deed] = said;
        var cell = (expected.Row, said);
        _cells[cell] = _cells.GetValueOrDefault(cell) + 1;
        if (said != expected.Column)
            _wrong.Add($"{deed}: {said} instead of {expected.Column}");
    }
}
