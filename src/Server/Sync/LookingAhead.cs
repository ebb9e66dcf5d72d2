using SmartCardCrm.Server.Ledger;

namespace SmartCardCrm.Server.Sync;

/// <summary>Lets the book foresee entries in stretches: long ones while it holds, short ones after something
/// rare has come, for then it is lost.</summary>
internal sealed class LookingAhead(IReadOnlyList<ReadEntry> entries)
{
    private const int ReachLeast = 8;
    private const int ReachMost = 4096;

    private int _reach = ReachMost / 2;
    private int _through;

    /// <summary>To be called before each entry.</summary>
    public void Look(OpenBook book, int at)
    {
        if (book.Foresees && at < _through)
            return;
        _reach = at >= _through ? Math.Min(_reach * 2, ReachMost) : Math.Max(_reach / 8, ReachLeast);
        _through = Math.Min(at + _reach, entries.Count);
        // An intent goes with its outcome.
        while (_through < entries.Count && entries[_through - 1].Body?.Intent is not null)
            _through++;
        book.Foresee([.. Enumerable.Range(at, _through - at).Select(i => entries[i])
            .Where(entry => entry.Body?.Intent is not null)
            .Select(entry => new ForeseenSale(
                entry.Uid!, entry.Place.Terminal,
                Convert.ToHexString(entry.Body!.Intent.OperationId.Span)))]);
    }
}
