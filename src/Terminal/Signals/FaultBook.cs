namespace SmartCardCrm.Terminal.Signals;

/// <summary>What does not work on this machine while it sells all the same; health shows it. Safe for many
/// threads.</summary>
internal sealed class FaultBook
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, string> _faults = new(StringComparer.Ordinal);

    /// <summary>One line each: what, and why.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
                return [.. _faults.Select(f => $"{f.Key}: {f.Value}")];
        }
    }

    /// <returns>Whether it had worked before.</returns>
    public bool Broke(string what, string why)
    {
        lock (_gate)
            return _faults.TryAdd(what, why);
    }

    /// <returns>Whether it had not worked before.</returns>
    public bool Works(string what)
    {
        lock (_gate)
            return _faults.Remove(what);
    }
}

/// <summary>Wires whose failures stop nobody: noted once, shown in health, and tried again with the next
/// change. Safe for many threads.</summary>
internal sealed partial class CarefulWires(ISignalWires wires, FaultBook faults, ILogger log) : IDisposable
{
    private readonly Lock _gate = new();

    public void Switch(SignalWire wire, bool on) => Try(wire.Name, () => wires.Switch(wire, on));

    /// <summary>Whether the tamper switch's input is high; null where it cannot be read.</summary>
    public bool? IsHigh(int pin)
    {
        bool? high = null;
        Try($"tamper switch on pin {pin}", () => high = wires.IsHigh(pin));
        return high;
    }

    public void Dispose()
    {
        lock (_gate)
            wires.Dispose();
    }

    // Drivers throw what operating system, library and chip say; none of it is worth a sale.
    private void Try(string what, Action work)
    {
        lock (_gate)
        {
            try
            {
                work();
                if (faults.Works(what))
                    LogWorks(what);
            }
            catch (Exception failure)
            {
                var reason = failure.GetBaseException().Message;
                if (faults.Broke(what, reason))
                    LogFailed(what, reason);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "signal-failed what={What} reason={Reason}", EventName = "signal-failed")]
    private partial void LogFailed(string what, string reason);

    [LoggerMessage(LogLevel.Information, "signal-works what={What}", EventName = "signal-works")]
    private partial void LogWorks(string what);
}
