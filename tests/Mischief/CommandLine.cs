using System.CommandLine;
using SmartCardCrm.Load.Store;

namespace SmartCardCrm.Mischief;

/// <summary>The command line. It ends with 0 when the book was right, 1 when not, 2 when it is wrong
/// itself.</summary>
internal static class CommandLine
{
    private const int Violated = 1;
    private const int WrongUsage = 2;
    private const int ToldMost = 40;

    private static readonly Option<uint> Seed = new("--seed")
    {
        Description = "The same seed, the same history.",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<int> Sales = new("--sales")
    {
        Description = "How many real purchases.",
        DefaultValueFactory = _ => 3_000,
    };

    private static readonly Option<string> Store = new("--store")
    {
        Description = "Which engine has the book: sqlite or postgres.",
        DefaultValueFactory = _ => "sqlite",
    };

    public static int Run(string[] args)
    {
        Store.AcceptOnlyFromAmong("sqlite", "postgres");
        var root = new RootCommand(
            """
            Households shop as they really did; their terminals' journals reach headquarters' book out of
            order, twice, late, in part and forged. Each transaction must end matched, or in one exception
            with the cause that its fate has; and what is missing heals just that when it comes.

            Prints what befell beside what the book says, a line a fate. The last line is `violations: N`;
            what each is stands on standard error.

              tests/Mischief/run.sh
              tests/Mischief/run.sh --seed 7 --sales 10000 --store postgres
            """)
        {
            Seed, Sales, Store,
        };
        root.SetAction(asked => Judge(
            asked.GetValue(Seed), asked.GetValue(Sales), asked.GetRequiredValue(Store)));
        var parsed = root.Parse(args);
        if (parsed.Errors.Count == 0)
            return parsed.Invoke();
        foreach (var error in parsed.Errors)
            Console.Error.WriteLine(error.Message);
        Console.Error.WriteLine("Try --help.");
        return WrongUsage;
    }

    private static int Judge(uint seed, int sales, string store)
    {
        if (!MischiefRun.IsPossible)
        {
            Console.Error.WriteLine($"There are no real purchases in {MischiefRun.Folder}.");
            return WrongUsage;
        }

        using var postgres = store == "postgres" ? PostgresServer.Start(durable: false) : null;
        var wrong = MischiefRun.Judge(seed, sales, postgres?.CreateSchema(), Console.Out);
        foreach (var line in wrong.Take(ToldMost))
            Console.Error.WriteLine($"violation: {line}");
        Console.WriteLine($"violations: {wrong.Count}");
        return wrong.Count == 0 ? 0 : Violated;
    }
}
