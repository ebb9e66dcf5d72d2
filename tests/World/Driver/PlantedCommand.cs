using System.CommandLine;

namespace SmartCardCrm.World;

/// <summary>Looks for planted bugs in a copy of the product, several at once.</summary>
internal static class PlantedCommand
{
    /// <returns>The exit code: 0 where every bug was found.</returns>
    public static async Task<int> RunAsync(
        ParseResult given, TextWriter output, CancellationToken cancellation)
    {
        var root = Root();
        var copy = Path.Combine(root, "artifacts", "planted");
        Planting.CopyTo(root, copy);
        var hunt = BugHunt.In(Planting.Build(copy));

        var name = given.GetValue(Options.Planted);
        var named = PlantedBugs.All.Where(bug => name is null || bug.Name == name);
        IReadOnlyList<PlantedBug> bugs = [.. given.GetRequiredValue(Options.Part).Among(named)];
        var rows = new BugHunted[bugs.Count];
        var lanes = new ParallelOptions
        {
            MaxDegreeOfParallelism = given.GetValue(Options.Processes),
            CancellationToken = cancellation,
        };
        await Parallel.ForAsync(0, bugs.Count, lanes, (index, _) =>
        {
            rows[index] = Hunt(hunt, bugs[index]);
            Console.Error.WriteLine(LineOf(rows[index]));
            return ValueTask.CompletedTask;
        });
        return Tell(rows, output);
    }

    /// <summary>The table, and the line that sums it up.</summary>
    public static int Tell(IReadOnlyCollection<BugHunted> rows, TextWriter output)
    {
        foreach (var row in rows)
            output.WriteLine(LineOf(row));
        var found = rows.Count(row => row.FoundBy is not null);
        output.WriteLine(FormattableString.Invariant($"planted: {rows.Count} found: {found}"));
        return found == rows.Count ? SingleRun.Clean : SingleRun.Violated;
    }

    private static string LineOf(BugHunted row)
    {
        var result = row.Trouble ?? (row.FoundBy is null ? "not found" : $"found by {row.FoundBy}");
        return FormattableString.Invariant(
            $"{row.Bug.Name,-36} {row.Seeds,2} of {row.Bug.SeedsMost,2} seeds  {result}");
    }

    // What cannot be judged is not found; the others are hunted all the same.
    private static BugHunted Hunt(BugHunt hunt, PlantedBug bug)
    {
        try
        {
            return hunt.Hunt(bug);
        }
        catch (InvalidOperationException trouble)
        {
            return new BugHunted(bug, Seeds: 0, FoundBy: null) { Trouble = trouble.Message };
        }
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "SmartCardCrm.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new WrongUsageException(
                "--planted builds a changed copy of the sources, and they are not here.");
        }

        return folder;
    }
}
