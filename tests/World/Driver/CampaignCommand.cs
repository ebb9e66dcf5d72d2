using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;

namespace SmartCardCrm.World;

/// <summary>A campaign as the command line asks for it.</summary>
internal static class CampaignCommand
{
    private const long TapsUnlessSaid = 200_000;
    private static readonly TimeSpan RunTimeMost = TimeSpan.FromMinutes(5);

    /// <returns>The exit code.</returns>
    /// <exception cref="WrongUsageException">The file is of another campaign.</exception>
    public static async Task<int> RunAsync(
        ParseResult given, IReadOnlyCollection<string> cells, TextWriter output,
        CancellationToken cancellation)
    {
        var clock = TimeProvider.System;
        var goal = GoalOf(given);
        var tally = Resume(goal.File, given.GetValue(Options.From));
        var campaign = new Campaign(
            goal, tally, () => new ChildSeedRunner(StartWorker, RunTimeMost, clock), Console.Error, clock);
        try
        {
            await campaign.RunAsync(cancellation);
        }
        catch (OperationCanceledException) when (goal.File is not null)
        {
            await Console.Error.WriteLineAsync("Interrupted. The same command goes on from here.");
            throw;
        }

        foreach (var line in tally.Summary(cells))
            await output.WriteLineAsync(line);
        if (given.GetValue(Options.Coverage))
        {
            foreach (var line in CoverageTable.Of(tally.Cells))
                await output.WriteLineAsync(line);
        }

        return tally.Findings.Count == 0 ? SingleRun.Clean : SingleRun.Violated;
    }

    private static CampaignGoal GoalOf(ParseResult given)
    {
        var minutes = given.GetValue(Options.Minutes);
        var taps = given.GetValue(Options.Taps) ?? (minutes is null ? TapsUnlessSaid : long.MaxValue);
        return new CampaignGoal(
            (ulong)Math.Ceiling(taps / (double)WorldPlan.Of(1).Taps),
            minutes is { } some ? TimeSpan.FromMinutes(some) : TimeSpan.MaxValue,
            given.GetValue(Options.Processes),
            given.GetValue(Options.Resume)?.FullName);
    }

    private static Tally Resume(string? file, ulong from)
    {
        var build = BuildId();
        if (file is null || !File.Exists(file))
            return Tally.Begin(from, build);

        var tally = Load(file);
        if (tally.Build != build)
            throw new WrongUsageException($"{file} is of another build of the program: begin a new file.");
        if (tally.From != from)
            throw new WrongUsageException($"{file} began with --from {tally.From}.");
        return tally;
    }

    private static Tally Load(string file)
    {
        try
        {
            return Tally.Load(file);
        }
        catch (JsonException wrong)
        {
            throw new WrongUsageException($"{file} is no file of a campaign: {wrong.Message}");
        }
    }

    private static WorldProcess StartWorker() => WorldProcess.Start(Environment.ProcessPath!, ["--worker"]);

    // All our parts together: the world's own file stays the same when only the product changes.
    private static string BuildId()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var parts = Directory.GetFiles(AppContext.BaseDirectory, "SmartCardCrm.*.dll");
        foreach (var part in parts.Order(StringComparer.Ordinal))
            hash.AppendData(File.ReadAllBytes(part));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
