namespace SmartCardCrm.Terminal;

/// <summary>
/// How many points of one kind moved here, by quarters of an hour of this terminal's clock. A clock that
/// jumps ahead and back again makes nothing forgotten, and what lies in the future counts as well. For one
/// thread at a time.
/// </summary>
internal sealed class PointsTally
{
    // Over forty days of them without a pause.
    private const int QuartersMost = 4096;

    private const long QuarterUs = 15L * 60 * 1_000_000;

    private readonly SortedDictionary<long, long> _points = [];
    private readonly Dictionary<uint, (long Quarter, uint Points)> _open = [];

    /// <summary>An intent moves points; they count from now on.</summary>
    /// <param name="atUs">Microseconds since 1970.</param>
    public void Add(uint sequence, long atUs, uint points)
    {
        if (points == 0)
            return;
        var quarter = atUs / QuarterUs;
        _open[sequence] = (quarter, points);
        _points[quarter] = _points.GetValueOrDefault(quarter) + points;
        if (_points.Count > QuartersMost)
            _points.Remove(_points.Keys.First());
    }

    /// <summary>It happened.</summary>
    public void Keep(uint sequence) => _open.Remove(sequence);

    /// <summary>It did not happen.</summary>
    public void Undo(uint sequence)
    {
        if (_open.Remove(sequence, out var spent) && _points.ContainsKey(spent.Quarter))
            _points[spent.Quarter] -= spent.Points;
    }

    /// <param name="from">A full quarter of an hour.</param>
    public long Since(DateTimeOffset from)
    {
        var quarter = (from - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond / QuarterUs;
        return _points.Where(spent => spent.Key >= quarter).Sum(spent => spent.Value);
    }
}
