using SmartCardCrm.Terminal.Signals;

namespace SmartCardCrm.Terminal.Tests.Kit;

/// <summary>Lights, buzzer and switch in memory.</summary>
internal sealed class MemoryWires : ISignalWires
{
    public const string Counter = "counter";

    private readonly Lock _gate = new();
    private Parts _lit;

    /// <summary>All four, on pins 1 to 4.</summary>
    public static IReadOnlyList<SignalWire> Full { get; } = FullFor(Counter);

    public static IReadOnlyList<SignalWire> FullFor(string reader) =>
    [
        new(reader, Parts.Green, 1), new(reader, Parts.Red, 2), new(reader, Parts.Yellow, 3),
        new(reader, Parts.Buzzer, 4),
    ];

    /// <summary>What is on.</summary>
    public Parts Lit
    {
        get
        {
            lock (_gate)
                return _lit;
        }
    }

    public HashSet<int> HighPins { get; } = [];

    public HashSet<int> BrokenPins { get; } = [];

    /// <summary>Called before each change.</summary>
    public Action<SignalWire, bool> Switching { get; set; } = (_, _) => { };

    public void Switch(SignalWire wire, bool on)
    {
        if (BrokenPins.Contains(wire.Pin))
            throw new IOException("This pin is broken.");
        Switching(wire, on);
        lock (_gate)
            _lit = on ? _lit | wire.Part : _lit & ~wire.Part;
    }

    public bool IsHigh(int pin) =>
        BrokenPins.Contains(pin) ? throw new IOException("This pin is broken.") : HighPins.Contains(pin);

    public void Dispose()
    {
    }
}
