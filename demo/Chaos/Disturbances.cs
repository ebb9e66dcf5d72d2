namespace SmartCardCrm.Demo.Chaos;

/// <summary>When and where something was broken on purpose: figures are taken elsewhere.</summary>
internal sealed class Disturbances(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly List<Interval> _intervals = [];
    private readonly HashSet<(string Uid, int Terminal)> _cards = [];

    /// <summary>Cards that were disturbed at any time.</summary>
    public IReadOnlySet<string> CardsTouched
    {
        get
        {
            lock (_lock)
                return _touched.ToHashSet(StringComparer.Ordinal);
        }
    }

    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);

    /// <summary>
    /// From now until the returned thing is disposed of, taps at this terminal do not count.
    /// </summary>
    /// <param name="terminal">Which; null for all.</param>
    public IDisposable Begin(int? terminal)
    {
        var interval = new Interval(clock, terminal);
        lock (_lock)
            _intervals.Add(interval);
        return interval;
    }

    public bool Touched(int terminal, DateTimeOffset from, DateTimeOffset until)
    {
        lock (_lock)
        {
            return _intervals.Exists(
                i => (i.Terminal ?? terminal) == terminal && i.From <= until && (i.Until ?? until) >= from);
        }
    }

    /// <summary>This card may have left a doubt at this terminal.</summary>
    public void Mark(string uid, int terminal)
    {
        lock (_lock)
        {
            _cards.Add((uid, terminal));
            _touched.Add(uid);
        }
    }

    /// <summary>
    /// Whether it may have; the question clears the mark, for the tap that asks settles the doubt.
    /// </summary>
    public bool TakeMark(string uid, int terminal)
    {
        lock (_lock)
            return _cards.Remove((uid, terminal));
    }

    private sealed class Interval(TimeProvider clock, int? terminal) : IDisposable
    {
        public int? Terminal => terminal;

        public DateTimeOffset From { get; } = clock.GetUtcNow();

        public DateTimeOffset? Until { get; private set; }

        public void Dispose() => Until = clock.GetUtcNow();
    }
}
