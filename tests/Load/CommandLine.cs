using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace SmartCardCrm.Load;

/// <summary>The command line. It ends with 0 when the book was right, 1 when not, 2 when it is wrong
/// itself.</summary>
internal static class CommandLine
{
    private const int Violated = 1;
    private const int WrongUsage = 2;

    private static readonly Option<string> Store = new("--store")
    {
        Description = "Which engine has the book.",
        DefaultValueFactory = _ => Load.Store.Book.Engines[0],
    };

    private static readonly Option<int> Kills = new("--kills")
    {
        Description = "How often the server is killed.",
        DefaultValueFactory = _ => 100,
        CustomParser = Positive,
    };

    private static readonly Option<uint> Seed = new("--seed")
    {
        Description = "The same seed buys the same.",
        DefaultValueFactory = _ => 1,
    };

    public static async Task<int> RunAsync(string[] args)
    {
        Store.AcceptOnlyFromAmong([.. Load.Store.Book.Engines]);
        var root = new RootCommand(
            """
            Puts the real server under the load of terminals that sell as fast as it takes their journals, and
            looks whether its book is right in the end.

            Server and PostgreSQL are processes; terminals and cards are in this one. Cards sign on paper,
            with their real keys. The last line is `violations: N`; what each is stands on standard error.

              tests/Load/run.sh kill                        100 times, SQLite
              tests/Load/run.sh kill --store postgres --kills 20
              tests/Load/run.sh restore --store postgres
            """)
        {
            Kill(), Restore(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count == 0)
            return await parsed.InvokeAsync();
        foreach (var error in parsed.Errors)
            await Console.Error.WriteLineAsync(error.Message);
        await Console.Error.WriteLineAsync("Try --help.");
        return WrongUsage;
    }

    private static Command Kill()
    {
        var command = new Command(
            "kill",
            "Kills the server while it takes journals in: nothing acknowledged is lost, nothing doubled.")
        {
            Store, Kills, Seed,
        };
        command.SetAction((parsed, cancellation) => JudgeAsync(
            parsed, new KillCampaign(OptionsOf(parsed), TimeProvider.System, Console.Error).RunAsync,
            cancellation));
        return command;
    }

    private static Command Restore()
    {
        var command = new Command(
            "restore", "Backs up under load, loses the server, and goes on with what the backup has.")
        {
            Store, Seed,
        };
        command.SetAction((parsed, cancellation) => JudgeAsync(
            parsed, new RestoreCampaign(OptionsOf(parsed), TimeProvider.System, Console.Error).RunAsync,
            cancellation));
        return command;
    }

    private static LoadOptions OptionsOf(ParseResult parsed) => new(
        parsed.GetRequiredValue(Store), parsed.GetValue(Kills), parsed.GetValue(Seed));

    private static async Task<int> JudgeAsync(
        ParseResult parsed, Func<DirectoryInfo, CancellationToken, Task<IReadOnlyList<string>>> campaign,
        CancellationToken cancellation)
    {
        var work = Directory.CreateTempSubdirectory("smartcardcrm-load-");
        var began = TimeProvider.System.GetTimestamp();
        await Console.Out.WriteLineAsync($"store: {parsed.GetRequiredValue(Store)}");
        var violations = await campaign(work, cancellation);
        var seconds = (int)TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        await Console.Out.WriteLineAsync($"seconds: {seconds}");
        await Console.Out.WriteLineAsync($"violations: {violations.Count}");
        if (violations.Count == 0)
        {
            work.Delete(recursive: true);
            return 0;
        }

        foreach (var violation in violations)
            await Console.Error.WriteLineAsync($"violation: {violation}");
        await Console.Error.WriteLineAsync($"The data is in {work.FullName}.");
        return Violated;
    }

    private static int Positive(ArgumentResult given)
    {
        if (int.TryParse(given.Tokens[0].Value, CultureInfo.InvariantCulture, out var number) && number > 0)
            return number;
        given.AddError("A whole number above 0 is wanted.");
        return 0;
    }
}
