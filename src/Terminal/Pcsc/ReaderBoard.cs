namespace SmartCardCrm.Terminal.Pcsc;

/// <summary>A reader as its own thread last saw it.</summary>
internal sealed record ReaderSight(string Name, bool Available, bool CardPresent);

/// <summary>
/// What all readers look like, for those who only want to know: the till, the server, the person at the
/// counter. Looking here never disturbs a reader or a tap.
/// </summary>
internal sealed class ReaderBoard
{
    private readonly Lock _gate = new();
    private readonly List<ReaderSight> _sights = [];

    /// <summary>Raised on the reader's thread after what it sees has changed; a handler must be
    /// quick.</summary>
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

    /// <summary>The same reader, whose looks are posted here from now on.</summary>
    public ICardReader Post(ICardReader reader)
    {
        lock (_gate)
        {
            _sights.Add(new ReaderSight(reader.Name, Available: false, CardPresent: false));
            return new PostedReader(reader, this, _sights.Count - 1);
        }
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
