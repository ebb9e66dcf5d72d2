namespace SmartCardCrm.Terminal.Signals;

/// <summary>Plays one pattern at a time on one set of lights. The owner's lock guards it.</summary>
/// <param name="parts">What is wired; what is not is left out of every pattern.</param>
/// <param name="wires">Where they are.</param>
/// <param name="clock">Counts the steps.</param>
/// <param name="gate">Held by the caller of <see cref="Play"/>, and here when time has passed.</param>
internal sealed class SignalPlayer(
    IReadOnlyList<SignalWire> parts, CarefulWires wires, TimeProvider clock, Lock gate) : IDisposable
{
    private Parts? _lit;
    private SignalPattern? _pattern;
    private ITimer? _timer;
    private int _step;
    private int _turn;

    /// <summary>Called, under the lock, when a pattern has come to its end.</summary>
    public Action Ended { get; set; } = () => { };

    /// <summary>Begins the first pattern, by a caller who holds no lock.</summary>
    public void Begin(SignalPattern pattern)
    {
        lock (gate)
            Play(pattern);
    }

    /// <summary>Begins a pattern; what was played is over.</summary>
    public void Play(SignalPattern pattern)
    {
        _pattern = pattern;
        Show(0);
    }

    public void Dispose()
    {
        lock (gate)
        {
            _turn++;
            _timer?.Dispose();
            Light(Parts.None);
        }
    }

    private void Show(int step)
    {
        var turn = ++_turn;
        _timer?.Dispose();
        _timer = null;
        _step = step;
        Light(_pattern!.Steps[step].Lit);
        if (_pattern.Steps[step].For is { } time)
            _timer = clock.CreateTimer(_ => Next(turn), null, time, Timeout.InfiniteTimeSpan);
    }

    // A timer that fires while another pattern begins comes too late.
    private void Next(int turn)
    {
        lock (gate)
        {
            if (turn != _turn)
                return;
            if (_step + 1 < _pattern!.Steps.Count)
                Show(_step + 1);
            else if (_pattern.Repeats)
                Show(0);
            else
                Ended();
        }
    }

    private void Light(Parts lit)
    {
        foreach (var wire in parts.Where(p => _lit is null || (_lit & p.Part) != (lit & p.Part)))
            wires.Switch(wire, lit.HasFlag(wire.Part));
        _lit = lit;
    }
}
