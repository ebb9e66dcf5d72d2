using System.CommandLine;
using System.CommandLine.Parsing;

namespace SmartCardCrm.World;

/// <summary>The command line. Exit codes: 0 nothing found, 1 a violation, 2 not understood, 130
/// interrupted.</summary>
internal static class CommandLine
{
    private const int NotUnderstood = 2;
    private const int Interrupted = 130;

    public static async Task<int> RunAsync(string[] args, Simulation simulation)
    {
        var parsed = Root(simulation).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync(error.Message);
            await Console.Error.WriteLineAsync("Try --help.");
            return NotUnderstood;
        }

        // What runs worlds itself has nothing to put away and cannot listen: a signal ends it at once.
        var runsWorlds = parsed.GetResult(Options.Seed) is not null || parsed.GetValue(Options.Worker);
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = runsWorlds ? null : TimeSpan.FromSeconds(30),
        });
    }

    private static RootCommand Root(Simulation simulation)
    {
        var root = new RootCommand(
            """
            A whole chain of stores in one simulated world: members, cards, terminals, networks and a
            server, all of the product's own code, with everything going wrong. The same seed gives the same
            run, to the byte.

            A campaign runs many seeds, one process per core, and ends with a figure a line:
              seeds: N
              taps: N
              terminal years per hour: X        simulated time of all terminals in an hour of ours
              faults: flip N, tear N, ...       how often each kind struck
              stolen: N points, at most M       where a day has a limit; what those days' limits allow
              coverage: P% (visited of N cells) operation, exchange, fault, next terminal, crash point
              violations: N                     each on standard error, with the command that reproduces it
            Exit code: 0 when nothing was found, 1 when something was, 2 for a wrong command line, 130 after
            Ctrl-C.

            Examples:
              tests/World/run.sh                                       200,000 taps
              tests/World/run.sh --taps 10000000 --resume ten.json     Ctrl-C, and the same command goes on
              tests/World/run.sh --minutes 60 --from 5000              an hour of other seeds
              tests/World/run.sh --seed 17                             one run, with its story where it fails
              tests/World/run.sh --seed 17 --faults tear,kill --twice  only these faults; is it repeatable?
              tests/World/run.sh --planted                             does it find the mistakes we know of?
            """);
        foreach (var option in Options.All)
            root.Add(option);
        root.Validators.Add(CheckTogether);
        root.SetAction((given, cancellation) => RunAsync(given, simulation, cancellation));
        return root;
    }

    private static void CheckTogether(CommandResult given)
    {
        bool IsGiven(Option option) => given.GetResult(option) is { Implicit: false };
        var (kind, itsOptions) = IsGiven(Options.Planted) ? ("with --planted", Options.OfPlantedBugs)
            : IsGiven(Options.Seed) ? ("with --seed", Options.OfSingleRuns)
            : ("without --seed", Options.OfCampaigns);
        foreach (var option in Options.All.Except([.. itsOptions, Options.Worker]).Where(IsGiven))
            given.AddError($"{option.Name} does not go {kind}");

        if (IsGiven(Options.Seed) && given.GetValue(Options.Taps) > int.MaxValue)
            given.AddError("--taps of one run is 2147483647 at most");
    }

    private static async Task<int> RunAsync(
        ParseResult given, Simulation simulation, CancellationToken cancellation)
    {
        // Only what is meant for it reaches standard output, whatever the product prints.
        var output = Console.Out;
        Console.SetOut(Console.Error);
        try
        {
            if (given.GetValue(Options.Worker))
                return Worker.Run(simulation, Console.In, output);
            if (given.GetResult(Options.Planted) is not null)
                return await PlantedCommand.RunAsync(given, output, cancellation);
            return given.GetValue(Options.Seed) is { } seed
                ? await RunOneAsync(given, seed, new SingleRun(simulation, output), cancellation)
                : await CampaignCommand.RunAsync(given, simulation.Cells, output, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Interrupted;
        }
        catch (WrongUsageException wrong)
        {
            await Console.Error.WriteLineAsync(wrong.Message);
            return NotUnderstood;
        }
    }

    private static async Task<int> RunOneAsync(
        ParseResult given, ulong seed, SingleRun run, CancellationToken cancellation)
    {
        var plan = PlanOf(seed, given);
        if (given.GetValue(Options.Plain))
            return run.RunPlain(plan);

        var options = new SingleRunOptions(
            plan, given.GetValue(Options.Twice), Shrink: !given.GetValue(Options.NoShrink));
        return await run.RunAsync(options, cancellation);
    }

    private static WorldPlan PlanOf(ulong seed, ParseResult given)
    {
        var plan = WorldPlan.Of(seed);
        return plan with
        {
            Taps = (int?)given.GetValue(Options.Taps) ?? plan.Taps,
            Members = given.GetValue(Options.Members) ?? plan.Members,
            Terminals = given.GetValue(Options.Terminals) ?? plan.Terminals,
            Faults = given.GetValue(Options.Faults) ?? plan.Faults,
        };
    }
}

/// <summary>The command line says what cannot be; the message says why.</summary>
internal sealed class WrongUsageException(string message) : Exception(message);
