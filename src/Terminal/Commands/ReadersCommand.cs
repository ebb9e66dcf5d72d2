using System.CommandLine;
using SmartCardCrm.Terminal.Pcsc;

namespace SmartCardCrm.Terminal.Commands;

/// <summary><c>terminal readers</c>: what PC/SC sees.</summary>
internal static class ReadersCommand
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    public static Command Make(TimeProvider clock)
    {
        var watch = new Option<bool>("--watch")
        {
            Description = "Go on and print every change, until Ctrl-C.",
        };
        var command = new Command(
            "readers",
            "List the card readers of this machine, one a line: state, then name as --reader wants it.")
        {
            watch,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(
            () => parsed.GetValue(watch) ? Watch(clock, cancellation) : PrintOnce()));
        return command;
    }

    private static Task PrintOnce()
    {
        using var context = new PcscContext();
        var names = context.ReaderNames();
        foreach (var name in names)
            Print(name, StateOf(context, name));
        if (names.Count == 0)
            Console.Error.WriteLine("No card reader is plugged in.");
        return Task.CompletedTask;
    }

    private static async Task Watch(TimeProvider clock, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        var before = new Dictionary<string, string>(StringComparer.Ordinal);
        do
        {
            var now = Look();
            foreach (var name in before.Keys.Except(now.Keys, StringComparer.Ordinal))
                Print(name, "gone");
            foreach (var (name, state) in now.Where(n => before.GetValueOrDefault(n.Key) != n.Value))
                Print(name, state);
            before = now;
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    // A service that is not there, or is being restarted, has no readers.
    private static Dictionary<string, string> Look()
    {
        try
        {
            using var context = new PcscContext();
            return context.ReaderNames().ToDictionary(
                n => n, n => StateOf(context, n), StringComparer.Ordinal);
        }
        catch (PcscException)
        {
            return [];
        }
    }

    private static string StateOf(PcscContext context, string name) => context.StateOf(name) switch
    {
        { HasReader: true, HasCard: true } => "card",
        { HasReader: true } => "empty",
        _ => "gone",
    };

    private static void Print(string name, string state) => Console.Out.WriteLine($"{state,-5}  {name}");
}
