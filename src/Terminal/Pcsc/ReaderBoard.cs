namespace SmartCardCrm.Terminal.Pcsc;

/// <summary>A reader as its own thread last saw it.</summary>
internal sealed record ReaderSight(string Name, bool Available, bool CardPresent);

/// <summary>
/// What all readers look like, for those who only want to know: the till, the server, the person at the
/// counter. Looking here never disturbs a reader or a tap.
/// </summary>
internal sealed class ReaderBoard
{
    /// <summary>How health calls it when no reader is there.</summary>
    public const string NoReader = "no-reader";

    private readonly Lock _gate = new();
    private readonly List<ReaderSight> _sights = [];

    /// <summary>Raised after a reader was posted, and on its thread after what it sees has changed; a handler
    /// must be quick.</summary>
    public event Action? Changed;

    /// <summary>In the order in which the readers were posted.</summary>
    public IReadOnlyList<ReaderSight> Sights
    {
        get
        {
            lock (_gate)
                return [.. _sights];
        }
    }

    /// <summary>For the list of what does not work while the terminal goes on.</summary>
    public IReadOnlyList<string> Faults =>
        Sights.Any(s => s.Available) ? [] : [$"{NoReader}: no card reader is there"];

    /// <summary>Whether this terminal uses such a reader, there or away.</summary>
    public bool Has(string name) => Sights.Any(s => s.Name == name);

    /// <summary>The same reader, whose looks are posted here from now on.</summary>
    public ICardReader Post(ICardReader reader)
    {
        PostedReader posted;
        lock (_gate)
        {
            _sights.Add(new ReaderSight(reader.Name, Available: false, CardPresent: false));
            posted = new PostedReader(reader, this, _sights.Count - 1);
        }

        Changed?.Invoke();
        return posted;
    }

    private void Saw(int index, CardPresence presence)
    {
        lock (_gate)
        {
            var before = _sights[index];
            var now = before with
            {
                Available = presence is not CardPresence.Unavailable,
                CardPresent = presence is CardPresence.Present,
            };
            if (now == before)
                return;
            _sights[index] = now;
        }

        Changed?.Invoke();
    }

    private sealed class PostedReader(ICardReader reader, ReaderBoard board, int index) : ICardReader
    {
        public string Name => reader.Name;

        public CardPresence Look()
        {
            var presence = reader.Look();
            board.Saw(index, presence);
            return presence;
        }

        public ICardConnection? TryConnect() => reader.TryConnect();

        public void Wait(TimeSpan most) => reader.Wait(most);

        public void Wake() => reader.Wake();
    }
}
