using SmartCardCrm.CardProtocol;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.Terminal;

namespace SmartCardCrm.Benchmarks.Till;

/// <summary>A chip in process, and how long it has been asked: what remains of a sale's time is the
/// host's.</summary>
internal sealed class TimedCard(SimulatedCard card) : ICardChannel
{
    /// <summary>Commands and answers in hex, as golden transcripts have them.</summary>
    public List<string> Transcript { get; } = [];

    /// <summary>Whether <see cref="Transcript"/> is kept: it costs the host's time.</summary>
    public bool IsRecording { get; set; }

    /// <summary>A timestamp; 0 before the first command.</summary>
    public long FirstCommand { get; private set; }

    /// <summary>Spent in the chip since the first command.</summary>
    public TimeSpan Inside { get; private set; }

    public void Begin()
    {
        (FirstCommand, Inside) = (0, TimeSpan.Zero);
        Transcript.Clear();
    }

    public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
    {
        var start = TimeProvider.System.GetTimestamp();
        if (FirstCommand == 0)
            FirstCommand = start;
        var bytes = card.Transmit(command) ?? throw new CardLostException("The card left the field.");
        bytes.CopyTo(answer);
        if (IsRecording)
            Transcript.AddRange([Line('>', command), Line('<', bytes)]);
        Inside += TimeProvider.System.GetElapsedTime(start);
        return bytes.Length;
    }

    private static string Line(char way, ReadOnlySpan<byte> bytes) =>
        way + string.Concat(bytes.ToArray().Select(b => $" {b:X2}"));
}

/// <summary>A reader on which that card lies or does not. Used by one thread.</summary>
internal sealed class TimedReader(TimedCard card, Uid uid) : ICardReader
{
    private int _insertion;
    private bool _isThere;

    public string Name => "counter";

    public void Put()
    {
        _insertion++;
        _isThere = true;
        card.Begin();
    }

    public void Take() => _isThere = false;

    public CardPresence Look() =>
        _isThere ? new CardPresence.Present(_insertion) : new CardPresence.Absent();

    public ICardConnection? TryConnect() => _isThere ? new Connection(card, uid) : null;

    public void Wait(TimeSpan most)
    {
    }

    public void Wake()
    {
    }

    private sealed class Connection(TimedCard card, Uid uid) : ICardConnection
    {
        public Uid Uid => uid;

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer) => card.Transmit(command, answer);

        public void Dispose()
        {
        }
    }
}
