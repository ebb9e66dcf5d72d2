using System.Globalization;

namespace SmartCardCrm.World;

/// <summary>What to do with one plan.</summary>
/// <param name="Twice">Also in a second process of another culture and time zone.</param>
/// <param name="Shrink">Look for a shorter plan where a violation was found.</param>
internal sealed record SingleRunOptions(WorldPlan Plan, bool Twice, bool Shrink);

/// <summary>Runs one plan and tells everything about it.</summary>
internal sealed class SingleRun(Simulation simulation, TextWriter output)
{
    public const int Clean = 0;
    public const int Violated = 1;

    private const int ShrinkingRunsMost = 200;

    // A culture with decimal commas and two kinds of i, and a zone off by three quarters of an hour.
    private static readonly EnvironmentVariable[] Elsewhere =
        [new("LC_ALL", "tr_TR.UTF-8"), new("LANG", "tr_TR.UTF-8"), new("TZ", "Pacific/Chatham")];

    public async Task<int> RunAsync(SingleRunOptions options, CancellationToken cancellation)
    {
        var outcome = simulation.Run(options.Plan);
        Print($"run: {string.Join(' ', PlanText.Options(options.Plan))}");
        Print($"taps: {outcome.Taps}");
        Print($"terminal days: {outcome.TerminalTime.TotalDays:F1}");
        Print($"faults: {FigureText.Strikes(outcome.Faults)}");
        Print($"stolen points: {outcome.StolenPoints}");
        Print($"{FigureText.Coverage(outcome.Cells, simulation.Cells)}");
        Print($"digest: {outcome.Digest}");
        var repeats = !options.Twice || await RepeatsAsync(outcome, cancellation);
        Print($"violations: {(outcome.Violation is null ? 0 : 1)}");
        if (outcome.Violation is not null)
            Explain(outcome, options.Shrink);
        return outcome.Violation is null && repeats ? Clean : Violated;
    }

    /// <summary>What a child says: <c>violation: I4: text</c> or nothing, and the digest.</summary>
    public int RunPlain(WorldPlan plan)
    {
        var outcome = simulation.Run(plan);
        Print($"taps: {outcome.Taps}");
        Print($"digest: {outcome.Digest}");
        if (outcome.Violation is { } violation)
            Print($"violation: {violation.Invariant}: {OneLine(violation.What)}");
        return outcome.Violation is null ? Clean : Violated;
    }

    private async Task<bool> RepeatsAsync(WorldOutcome first, CancellationToken cancellation)
    {
        await using var child = WorldProcess.Start(
            Environment.ProcessPath!, ["--plain", .. PlanText.Options(first.Plan)], Elsewhere);
        var digest = "";
        while (await child.Output.ReadLineAsync(cancellation) is { } line)
        {
            if (line.StartsWith("digest: ", StringComparison.Ordinal))
                digest = line["digest: ".Length..];
        }

        Print($"digest in another process, culture and time zone: {digest}");
        return digest == first.Digest;
    }

    private void Explain(WorldOutcome outcome, bool shrink)
    {
        PrintStory(outcome);
        if (!shrink)
            return;

        var shrunk = new Shrinker(simulation.Run, ShrinkingRunsMost).Shrink(outcome);
        Print($"");
        Print($"shortest of {shrunk.Runs} runs: {PlanText.Command(shrunk.Outcome.Plan)}");
        PrintStory(shrunk.Outcome);
    }

    private void PrintStory(WorldOutcome outcome)
    {
        Print($"");
        foreach (var line in outcome.Story)
            output.WriteLine(line);
        Print($"violation: {outcome.Violation?.Invariant}: {outcome.Violation?.What}");
    }

    private void Print(FormattableString line) =>
        output.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
