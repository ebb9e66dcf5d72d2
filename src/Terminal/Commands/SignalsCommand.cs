using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.Signals;

namespace SmartCardCrm.Terminal.Commands;

/// <summary><c>terminal signals</c>: lights, buzzer and tamper switch without a card.</summary>
internal static class SignalsCommand
{
    private static readonly TimeSpan SignMost = TimeSpan.FromSeconds(3);

    public static Command Make(TimeProvider clock) => new(
        "signals",
        """
        Lights, buzzer and tamper switch, as DIR/signals.json wires them. Without that file there are none.

        The smallest file, for the only reader:
          { "driver": "gpio", "sets": [ { "green": 17, "red": 27, "buzzer": 22 } ] }
        Numbers are GPIO lines, not pins of the header. "driver": "console" prints a line for each change
        instead. docs/operations.md explains the rest: several readers, the tamper switch, patterns.
        """)
    {
        MakeTest(clock),
    };

    private static Command MakeTest(TimeProvider clock)
    {
        var data = CommonOptions.DataFolder();
        var command = new Command(
            "test",
            "Play every signal in turn, three seconds at most, at each reader that has lights; then say how "
                + "the tamper switch stands. The terminal must be stopped meanwhile: it has the pins.")
        {
            data,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            var folder = new DataFolder(parsed.GetRequiredValue(data).FullName);
            using var inUse = TerminalHost.Claim(folder);
            var file = SignalsFile.Load(folder.Signals) ?? throw new CommandException(
                "signals-absent", $"There is no {folder.Signals}: this terminal has no signals.");
            var plan = SignalsPlan.Of(file, readers: null);                  // a test needs none
            await Test(plan, plan.Open(Console.Out, clock), Console.Out, clock, cancellation);
        }));
        return command;
    }

    /// <summary>Plays what is there.</summary>
    /// <exception cref="CommandException">Something could not be switched or read.</exception>
    public static async Task Test(
        SignalsPlan plan, ISignalWires driver, TextWriter output, TimeProvider clock,
        CancellationToken cancellation)
    {
        var faults = new FaultBook();
        using var wires = new CarefulWires(driver, faults, NullLogger.Instance);
        foreach (var set in plan.Sets)
        {
            foreach (var sign in Enum.GetValues<Sign>())
            {
                await output.WriteLineAsync($"{set.Name}: {SignNames.Of(sign)}");
                using var player = new SignalPlayer(set.Wires, wires, clock, new Lock());
                player.Begin(plan.Patterns[sign]);
                await Task.Delay(SignMost, clock, cancellation);
            }
        }

        if (plan.Tamper is { } tamper && wires.IsHigh(tamper.Pin) is { } high)
            await output.WriteLineAsync(
                $"tamper switch on pin {tamper.Pin}: {(high == tamper.OpenIsHigh ? "open" : "closed")}");
        if (faults.Lines is { Count: > 0 } lines)
            throw new CommandException("signal-failed", string.Join("; ", lines));
    }
}
