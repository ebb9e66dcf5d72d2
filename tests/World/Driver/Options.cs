using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace SmartCardCrm.World;

/// <summary>The options of the command line; each belongs to campaigns, to single runs or to planted
/// bugs.</summary>
internal static class Options
{
    public static readonly Option<long?> Taps = new("--taps")
    {
        HelpName = "N",
        Description = "A campaign: as many seeds as these taps need, 1000 each (200000). With --seed: the "
            + "run ends after so many.",
        Validators = { AtLeast(1) },
    };

    public static readonly Option<double?> Minutes = new("--minutes")
    {
        HelpName = "M",
        Description = "A campaign: begin seeds for so long; without --taps, as many as there is time for.",
        Validators = { AtLeast(0) },
    };

    public static readonly Option<ulong> From = new("--from")
    {
        HelpName = "S",
        Description = "A campaign: the first seed; the others follow it.",
        DefaultValueFactory = _ => 1,
    };

    public static readonly Option<int> Processes = new("--processes")
    {
        HelpName = "P",
        Description = "How many runs at once, but with --seed.",
        DefaultValueFactory = _ => Environment.ProcessorCount,
        Validators = { AtLeast(1) },
    };

    public static readonly Option<FileInfo?> Resume = new("--resume")
    {
        HelpName = "FILE",
        Description = "A campaign: keep finished seeds and sums there. The same command goes on with them "
            + "after Ctrl-C or a kill.",
    };

    public static readonly Option<bool> Coverage = new("--coverage")
    {
        Description = "A campaign: also the places of the coverage matrix with their visited cells, "
            + "and what is no cell and why.",
    };

    public static readonly Option<ulong?> Seed = new("--seed")
    {
        HelpName = "S",
        Description = "Run this one, tell its story where something is violated, look for a shorter one.",
    };

    public static readonly Option<int?> Members = new("--members")
    {
        HelpName = "M",
        Description = "With --seed: so many shop, instead of as many as the seed says.",
        Validators = { AtLeast(1) },
    };

    public static readonly Option<int?> Terminals = new("--terminals")
    {
        HelpName = "T",
        Description = "With --seed: so many terminals, instead of as many as the seed says.",
        Validators = { AtLeast(1) },
    };

    public static readonly Option<Fault?> Faults = new("--faults")
    {
        HelpName = "A,B,…",
        Description = "With --seed: only these, instead of those that the seed says: "
            + string.Join(", ", PlanText.Kinds.Select(PlanText.NameOf)) + "; or none, or all.",
        CustomParser = given =>
        {
            if (PlanText.ParseFaults(given.Tokens[0].Value) is { } faults)
                return faults;
            given.AddError($"--faults: '{given.Tokens[0].Value}' has a name that is no fault");
            return null;
        },
    };

    public static readonly Option<bool> Twice = new("--twice")
    {
        Description = "With --seed: again in a process of another culture and time zone; the digests are "
            + "compared.",
    };

    public static readonly Option<bool> NoShrink = new("--no-shrink")
    {
        Description = "With --seed: look for no shorter run.",
    };

    public static readonly Option<bool> Plain = new("--plain")
    {
        Description = "With --seed, for scripts: taps, digest and violation, a line each, nothing else.",
    };

    public static readonly Option<string?> Planted = new("--planted")
    {
        HelpName = "NAME",
        Description = "Plant known mistakes in a copy of the product and see each found; or this one.",
        Arity = ArgumentArity.ZeroOrOne,
        Validators =
        {
            given =>
            {
                if (given.Tokens is [var name] && PlantedBugs.All.All(bug => bug.Name != name.Value))
                    given.AddError($"--planted: there is no '{name.Value}'; --planted alone lists them");
            },
        },
    };

    public static readonly Option<Part> Part = new("--part")
    {
        HelpName = "K/N",
        Description = "With --planted: every Nth of them, from the Kth on.",
        DefaultValueFactory = _ => World.Part.Whole,
        CustomParser = given =>
        {
            if (World.Part.TryParse(given.Tokens[0].Value) is { } part)
                return part;
            given.AddError("--part is K/N, K from 1 to N: 2/3");
            return World.Part.Whole;
        },
    };

    /// <summary>How a campaign starts its children; nobody types it.</summary>
    public static readonly Option<bool> Worker = new("--worker") { Hidden = true };

    public static IReadOnlyList<Option> OfCampaigns =>
        [Taps, Minutes, From, Processes, Resume, Coverage];

    public static IReadOnlyList<Option> OfSingleRuns =>
        [Seed, Taps, Members, Terminals, Faults, Twice, NoShrink, Plain];

    public static IReadOnlyList<Option> OfPlantedBugs => [Planted, Part, Processes];

    public static IReadOnlyList<Option> All =>
        [.. OfCampaigns.Union(OfSingleRuns).Union(OfPlantedBugs), Worker];

    private static Action<OptionResult> AtLeast(double least) => given =>
    {
        if (given.Tokens.Count == 1
            && double.TryParse(given.Tokens[0].Value, CultureInfo.InvariantCulture, out var number)
            && !(number >= least))
            given.AddError(FormattableString.Invariant($"{given.Option.Name} is {least} or more"));
    };
}
