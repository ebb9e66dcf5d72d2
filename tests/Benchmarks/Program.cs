using SmartCardCrm.Benchmarks.Authorise;
using SmartCardCrm.Benchmarks.Intake;
using SmartCardCrm.Benchmarks.Sale;
using SmartCardCrm.Benchmarks.Session;
using SmartCardCrm.Benchmarks.Till;

return args switch
{
    ["sale", var work] => SaleFigure.Print(work),
    ["terminal", var work] => await TerminalFigures.PrintAsync(work),
    ["authorise", var work] => await AuthoriseFigure.PrintAsync(new DirectoryInfo(work)),
    ["intake", var work] => await IntakeFigure.PrintAsync(new DirectoryInfo(work)),
    ["session"] => SessionFigure.Print(),
    ["cards"] => Cards.Serve(),
    ["empty"] => await EmptyApplication.ServeAsync(),
    [] => Names(),
    _ => Unknown(args[0]),
};

static int Names()
{
    Console.WriteLine("authorise headquarters' word on a redemption beside an empty call");
    Console.WriteLine("intake    what the server takes in by its real door beside bare writes of its rows");
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
