using System.CommandLine;
using SmartCardCrm.Crash.Blows;
using SmartCardCrm.Crash.Day;
using SmartCardCrm.Demo;

namespace SmartCardCrm.Crash;

/// <summary>The command line. It ends with 0 when nothing was violated, 1 when something was, 2 when it is
/// wrong.</summary>
internal static class CommandLine
{
    private const int Violated = 1;
    private const int WrongUsage = 2;
    private const int SliceCases = 100;

    // The founding of a chain, and its start, are shared by many cases. What a long day has seen is asked for
    // again after each act.
    private const int RepeatsMost = 6;
    private static readonly TimeSpan SliceMost = TimeSpan.FromSeconds(50);

    private static readonly Option<bool> Slice = new("--slice")
    {
        Description = FormattableString.Invariant(
            $"A sample of {SliceCases} cases, or as many as {SliceMost.TotalSeconds} seconds hold."),
    };

    private static readonly Option<int> Sales = new("--sales")
    {
        Description = "Instead of the day of 20 sales one of at least so many, in an order of the seed.",
        CustomParser = Positive,
    };

    private static readonly Option<int> Cases = new("--cases")
    {
        Description = "Only so many cases, spread evenly over all.",
        CustomParser = Positive,
    };

    private static readonly Option<string?> Acts = new("--acts")
    {
        Description = "Only cases in these acts of the day, with commas between them.",
    };

    private static readonly Option<uint> Seed = new("--seed")
    {
        Description = "The same seed chooses the same cases, and the same day of --sales.",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<int> Lanes = new("--lanes")
    {
        Description = "Chains side by side, each with a server and two terminals.",
        DefaultValueFactory = _ => 3,
        CustomParser = Positive,
    };

    private static readonly Option<string?> Case = new("--case")
    {
        Description = "Only this case, or these with commas between them, in one day.",
    };

    private static readonly Option<DirectoryInfo?> Data = new("--data")
    {
        Description = "Folder for the chains; without it, one under the system's temporary folder.",
    };

    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand(
            """
            Strikes a terminal at every write and every sync of a day, and looks whether points are lost, made
            or doubled.

            A case is one system call of one thread, on a file of the terminal's data folder, at which the
            process is killed, or the call fails with EIO, or with ENOSPC from then on. Server, terminals and
            cards are processes of their own; strace strikes. After the blow the terminal is started again,
            the till repeats what was not answered, the card is presented again, and the day goes on. After
            each act what the tills were told is compared with the chips and with headquarters' book.

            The last lines:
              days: N           played, each on a copy of a new chain
              calls: N          writes and syncs in one day
              cases: N          blows that fell
              borne: N          of them errors after which the terminal rightly went on
              not reached: N    chosen, but the call was not made this time
              seconds: N
              violations: N

            A violation is told on standard error with the command that repeats it; its folder is kept. The
            name of a case is ACT/THREAD/CALL/NUMBER/FAULT.

            Examples:
              tests/Crash/run.sh                                       every call; half an hour or more
              tests/Crash/run.sh --slice                               two minutes
              tests/Crash/run.sh --sales 200 --seed 7 --cases 100      a long day, sampled
              tests/Crash/run.sh --acts offline,back-on-line
              tests/Crash/run.sh --case 002-earn/tap/fsync/2/kill
            """)
        {
            Slice, Sales, Seed, Cases, Acts, Lanes, Case, Data,
        };
        root.SetAction(CampaignAsync);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count == 0)
            return await parsed.InvokeAsync();
        foreach (var error in parsed.Errors)
            await Console.Error.WriteLineAsync(error.Message);
        await Console.Error.WriteLineAsync("Try --help.");
        return WrongUsage;
    }

    private static async Task<int> CampaignAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var only = (parsed.GetValue(Case) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(name => (Name: name, Blow: Blow.TryParse(name))).ToList();
        var acts = ActsOf(parsed, out var day);
        if (only.FirstOrDefault(o => o.Blow is not { } blow || !IsIn(acts, blow)) is { Name: { } wrong })
        {
            await Console.Error.WriteLineAsync($"No such case: {wrong}");
            return WrongUsage;
        }

        var named = (parsed.GetValue(Acts) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (named.FirstOrDefault(name => acts.All(act => act.Name != name)) is { } unknown)
        {
            await Console.Error.WriteLineAsync($"No such act: {unknown}");
            return WrongUsage;
        }

        var work = parsed.GetValue(Data) ?? Directory.CreateTempSubdirectory("smartcardcrm-crash-");
        var isSlice = parsed.GetValue(Slice);
        var campaign = new Campaign(
            new CampaignOptions
            {
                Acts = acts,
                DayArguments = day,
                Cases = parsed.GetValue(Cases) is > 0 and var cases ? cases : isSlice ? SliceCases : null,
                Only = [.. only.Select(o => o.Blow!)],
                ActsStruck = named,
                Seed = parsed.GetValue(Seed),
                Lanes = only.Count > 0 ? 1 : parsed.GetValue(Lanes),
                RepeatsMost = only.Count > 0 ? only.Count : isSlice || day.Length > 0 ? 1 : RepeatsMost,
                Most = isSlice ? SliceMost : null,
            },
            work, TextWriter.Synchronized(Console.Error));
        await campaign.RunAsync(cancellation);
        foreach (var line in campaign.Summary())
            await Console.Out.WriteLineAsync(line);
        if (campaign.Violations > 0)
            return Violated;
        work.Delete(recursive: true);
        return 0;
    }

    private static IReadOnlyList<Act> ActsOf(ParseResult parsed, out string arguments)
    {
        arguments = "";
        if (parsed.GetValue(Sales) is not (> 0 and var sales))
            return Days.Short;
        var seed = parsed.GetValue(Seed);
        arguments = FormattableString.Invariant($" --sales {sales} --seed {seed}");
        return Days.Long(sales, Dice.For(seed, "day"));
    }

    private static bool IsIn(IReadOnlyList<Act> acts, Blow blow) =>
        blow.Place.Act >= 1 && blow.Place.Act <= acts.Count
        && acts[blow.Place.Act - 1].Name == blow.Place.ActName;

    private static int Positive(System.CommandLine.Parsing.ArgumentResult given)
    {
        if (int.TryParse(
            given.Tokens[0].Value, System.Globalization.CultureInfo.InvariantCulture, out var number)
            && number > 0)
        {
            return number;
        }

        given.AddError("A whole number above 0 is wanted.");
        return 0;
    }
}
