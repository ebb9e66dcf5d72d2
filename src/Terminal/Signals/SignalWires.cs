using System.Device.Gpio;
using System.Device.Gpio.Drivers;

namespace SmartCardCrm.Terminal.Signals;

/// <summary>One output.</summary>
/// <param name="Set">Whose it is, for people: a reader's name.</param>
/// <param name="Part">Exactly one.</param>
/// <param name="Pin">GPIO line number, as the chip counts; not the header's.</param>
internal sealed record SignalWire(string Set, Parts Part, int Pin)
{
    /// <summary>As health and log name it.</summary>
    public string Name => $"{Part.ToString().ToLowerInvariant()} of {Set} on pin {Pin}";
}

/// <summary>What lights, buzzers and switches are wired to. Used by one thread at a time; may throw whatever
/// its driver throws.</summary>
internal interface ISignalWires : IDisposable
{
    void Switch(SignalWire wire, bool on);

    /// <summary>Whether an input, pulled up, is high.</summary>
    bool IsHigh(int pin);
}

/// <summary>Real pins. The chip is opened with the first one, so that a machine without GPIO says so
/// there.</summary>
/// <param name="chip">Number of the gpiochip; null for the board's own.</param>
/// <param name="lowIsOn">Whether the outputs switch against the supply, as many relay boards do.</param>
internal sealed class GpioWires(int? chip, bool lowIsOn) : ISignalWires
{
    private GpioController? _controller;

    public void Switch(SignalWire wire, bool on)
    {
        var value = on != lowIsOn ? PinValue.High : PinValue.Low;
        if (Controller.IsPinOpen(wire.Pin))
            Controller.Write(wire.Pin, value);
        else
            Controller.OpenPin(wire.Pin, PinMode.Output, value);
    }

    public bool IsHigh(int pin)
    {
        if (!Controller.IsPinOpen(pin))
            Controller.OpenPin(pin, PinMode.InputPullUp);
        return Controller.Read(pin) == PinValue.High;
    }

    public void Dispose() => _controller?.Dispose();

    private GpioController Controller =>
        _controller ??= chip is { } number
            ? new GpioController(new LibGpiodDriver(number))
            : new GpioController();
}

/// <summary>A line for every change, for machines without GPIO. A switch on them is never open.</summary>
internal sealed class ConsoleWires(TextWriter output, TimeProvider clock) : ISignalWires
{
    public void Switch(SignalWire wire, bool on) => output.WriteLine(FormattableString.Invariant(
        $"signal {clock.GetUtcNow():HH:mm:ss.fff} {wire.Set}: {wire.Part.ToString().ToLowerInvariant()} ")
        + (on ? "on" : "off"));

    public bool IsHigh(int pin) => false;

    public void Dispose()
    {
    }
}
