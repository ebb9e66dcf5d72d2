using SmartCardCrm.CardProtocol;
using SmartCardCrm.Simulator.Faults;

namespace SmartCardCrm.Terminal.Tests.Kit;

/// <summary>Stands for the end of the process: nothing catches it, nothing more is written.</summary>
internal sealed class ProcessDiedException : Exception;

/// <summary>A reader whose cards are chips in software, in process. Safe for a tap thread and a test's
/// own.</summary>
internal sealed class SimulatedReader(string name) : ICardReader, IDisposable
{
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _changed = new(initialState: false);
    private SimulatedCard? _card;
    private long _insertion;

    public string Name => name;

    /// <summary>Every command that the chip got, oldest first; the reader's own FF CA apart.</summary>
    public List<byte[]> Wire { get; } = [];

    public bool Unplugged { get; set; }

    /// <summary>Something lies there that answers nothing: two cards at once, or none of ours.</summary>
    public bool Mute { get; set; }

    /// <summary>How often somebody tried to open a card.</summary>
    public int Tries { get; private set; }

    /// <summary>Commands before which the terminal's process dies.</summary>
    public Func<byte[], bool>? DieBefore { get; set; }

    public void Put(SimulatedCard card)
    {
        lock (_gate)
        {
            card.Insert();
            _card = card;
            _insertion++;
        }

        _changed.Set();
    }

    public void Take()
    {
        lock (_gate)
        {
            _card?.Remove();
            _card = null;
        }

        _changed.Set();
    }

    public CardPresence Look()
    {
        lock (_gate)
        {
            if (Unplugged)
                return new CardPresence.Unavailable();
            return _card is { IsInserted: true }
                ? new CardPresence.Present(_insertion)
                : new CardPresence.Absent();
        }
    }

    public ICardConnection? TryConnect()
    {
        lock (_gate)
        {
            Tries++;
            if (Mute)
                return null;
            return _card?.Transmit([0xFF, 0xCA, 0x00, 0x00, 0x00]) is { } uid
                ? new Connection(this, _card, Uid.FromBytes(uid.AsSpan(0, Uid.Length)))
                : null;
        }
    }

    public void Wait(TimeSpan most) => _changed.WaitOne(most);

    public void Wake() => _changed.Set();

    public void Dispose() => _changed.Dispose();

    private sealed class Connection(SimulatedReader reader, SimulatedCard card, Uid uid) : ICardConnection
    {
        public Uid Uid => uid;

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
        {
            if (reader.DieBefore?.Invoke(command.ToArray()) == true)
                throw new ProcessDiedException();
            reader.Wire.Add(command.ToArray());
            var bytes = card.Transmit(command) ?? throw new CardLostException("The card left the field.");
            bytes.CopyTo(answer);
            return bytes.Length;
        }

        public void Dispose()
        {
        }
    }
}
