using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace SmartCardCrm.World;

/// <summary>What became of one planted bug.</summary>
/// <param name="Seeds">How many seeds were run, the one that found it included.</param>
/// <param name="FoundBy">The invariant that found it; null where none did.</param>
internal sealed record BugHunted(PlantedBug Bug, int Seeds, string? FoundBy)
{
    /// <summary>Why the hunt ended without an answer; null where it has one.</summary>
    public string? Trouble { get; init; }
}

/// <summary>One run of a hunt.</summary>
/// <param name="Recipe">The bug's.</param>
/// <param name="Bug">The name of the one that is switched on; null for none.</param>
internal sealed record HuntingRun(int Seed, string Recipe, string? Bug);

/// <summary>Runs the world with one planted bug, seed after seed, until it is found.</summary>
/// <param name="foundBy">Says which invariant was violated, or null.</param>
internal sealed class BugHunt(Func<HuntingRun, string?> foundBy)
{
    private const int TapsPerSeed = 1000;
    private const int FoundOne = 1;
    private const string Marker = "violation: ";

    // A run takes seconds; a bug that keeps it from its end has shown itself as well.
    private static readonly TimeSpan RunMost = TimeSpan.FromMinutes(2);

    /// <summary>Hunts with the program of a planted build.</summary>
    /// <param name="program">As <see cref="Planting.Build"/> returned it.</param>
    public static BugHunt In(string program)
    {
        // Without a bug a seed says the same to every hunt.
        var clean = new ConcurrentDictionary<HuntingRun, string?>();
        return new BugHunt(run => run.Bug is null
            ? clean.GetOrAdd(run, _ => Run(program, run))
            : Run(program, run));
    }

    /// <summary>Looks for a bug in the seeds 1 to its own limit. A seed that finds something without the bug,
    /// too, proves nothing.</summary>
    public BugHunted Hunt(PlantedBug bug)
    {
        for (var seed = 1; seed <= bug.SeedsMost; seed++)
        {
            var run = new HuntingRun(seed, bug.Recipe, bug.Name);
            if (foundBy(run) is not { } found)
                continue;
            return foundBy(run with { Bug = null }) is { } anyway
                ? new BugHunted(bug, seed, null) { Trouble = $"seed {seed} finds {anyway} without it" }
                : new BugHunted(bug, seed, found);
        }

        return new BugHunted(bug, bug.SeedsMost, null);
    }

    private static string? Run(string program, HuntingRun run)
    {
        var start = new ProcessStartInfo("dotnet",
        [
            program, "--seed", run.Seed.ToString(CultureInfo.InvariantCulture),
            "--taps", TapsPerSeed.ToString(CultureInfo.InvariantCulture), "--plain",
            .. run.Recipe.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["PLANTED"] = run.Bug ?? "";
        using var world = Process.Start(start)
            ?? throw new InvalidOperationException("dotnet does not start.");
        var said = world.StandardOutput.ReadToEndAsync();
        if (!world.WaitForExit(RunMost))
        {
            world.Kill();
            return "no end";
        }

        return world.ExitCode switch
        {
            0 => null,
            FoundOne => InvariantIn(said.GetAwaiter().GetResult()),
            var code => throw new InvalidOperationException(
                $"The world ended with {code} at seed {run.Seed} with {run.Bug ?? "no bug"}."),
        };
    }

    /// <summary>The name in the line that tells of a violation: <c>violation: I4: …</c>.</summary>
    public static string InvariantIn(string said)
    {
        var line = said.Split('\n').FirstOrDefault(l => l.StartsWith(Marker, StringComparison.Ordinal))
            ?? throw new InvalidOperationException("The world found something and did not say what.");
        return line[Marker.Length..].Split(':')[0];
    }
}
