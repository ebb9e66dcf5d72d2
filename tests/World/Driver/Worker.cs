using System.Runtime.InteropServices;

namespace SmartCardCrm.World;

/// <summary>A child of a campaign: reads seeds, a line each, and answers each with its report, until there
/// are no more.</summary>
internal static class Worker
{
    public static int Run(Simulation simulation, TextReader seeds, TextWriter reports)
    {
        // A Ctrl-C reaches every process of the terminal: the campaign decides what becomes of its children.
        using var ctrlC = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        var told = new HashSet<string>(StringComparer.Ordinal);
        while (seeds.ReadLine() is { } line)
        {
            var seed = ulong.Parse(line, System.Globalization.CultureInfo.InvariantCulture);
            var outcome = simulation.Run(WorldPlan.Of(seed));
            var report = new SeedReport(
                seed, outcome.Taps, outcome.TerminalTime, outcome.Faults,
                [.. outcome.Cells.Where(told.Add)], outcome.Violation)
            {
                Loss = outcome.Loss,
            };
            reports.WriteLine(report.ToLine());
            reports.Flush();
        }

        return 0;
    }
}
