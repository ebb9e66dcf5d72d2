namespace SmartCardCrm.Terminal.Signals;

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
