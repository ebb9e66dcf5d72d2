using System.Globalization;
using SmartCardCrm.Benchmarks.Authorise;
using SmartCardCrm.Benchmarks.Growth;
using SmartCardCrm.Benchmarks.Intake;
using SmartCardCrm.Benchmarks.Pages;
using SmartCardCrm.Benchmarks.Sale;
using SmartCardCrm.Benchmarks.Session;
using SmartCardCrm.Benchmarks.Till;
using SmartCardCrm.Load.Store;

return args switch
{
    ["sale", var work] => SaleFigure.Print(work),
    ["terminal", var work] => await TerminalFigures.PrintAsync(work),
    ["authorise", var work] => await AuthoriseFigure.PrintAsync(new DirectoryInfo(work)),
    ["intake", var work] => await TakeInAsync(work, Book.Engines),
    ["intake", var work, var engine] when Book.Engines.Contains(engine) =>
        await TakeInAsync(work, [engine]),
    ["growth", var work] => Grow(work, "sqlite", "1000000"),
    ["growth", var work, var engine, var cards] => Grow(work, engine, cards),
    ["pages", var work] => await ReadPagesAsync(work, "sqlite", "1000000"),
    ["pages", var work, var engine, var members] => await ReadPagesAsync(work, engine, members),
    ["session"] => SessionFigure.Print(),
    ["cards"] => Cards.Serve(),
    ["empty"] => await EmptyApplication.ServeAsync(),
    [] => Names(),
    _ => Unknown(args[0]),
};

static async Task<int> TakeInAsync(string work, IReadOnlyList<string> engines)
{
    foreach (var engine in engines)
        await IntakeFigure.PrintAsync(new DirectoryInfo(work), engine);
    return 0;
}

static int Grow(string work, string engine, string cards) =>
    Book.Engines.Contains(engine)
        && int.TryParse(cards, NumberStyles.None, CultureInfo.InvariantCulture, out var many)
        && many >= 1000 && many % GrownBook.Terminals == 0
        ? GrowthFigure.Print(new DirectoryInfo(work), engine, many)
        : Unknown($"growth {engine} {cards}");

static async Task<int> ReadPagesAsync(string work, string engine, string members) =>
    Book.Engines.Contains(engine)
        && int.TryParse(members, NumberStyles.None, CultureInfo.InvariantCulture, out var many)
        && many >= PagesFigure.Few && many % GrownBook.Terminals == 0
        ? await PagesFigure.PrintAsync(new DirectoryInfo(work), engine, many)
        : Unknown($"pages {engine} {members}");

static int Names()
{
    Console.WriteLine("authorise headquarters' word on a redemption beside an empty call");
    Console.WriteLine("growth    what a sale costs with ten stored of each card beside one [ENGINE CARDS]");
    Console.WriteLine("intake    what the server takes in by its real door beside bare writes of its rows");
    Console.WriteLine(
        "pages     the console's pages with many members beside few, and an empty one [ENGINE MEMBERS]");
    Console.WriteLine("sale      a sale beside bare transmits of the same lengths, and the journal's share");
    Console.WriteLine("session   a session's set-up and a sale beside the bare AES in them");
    Console.WriteLine("terminal  a tap's host time, the Till API, the start, memory, a long hotlist");
    return 0;
}

static int Unknown(string name)
{
    Console.Error.WriteLine($"There is no measurement named '{name}'; run.sh alone lists them.");
    return 2;
}
