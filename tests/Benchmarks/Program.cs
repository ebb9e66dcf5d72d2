using SmartCardCrm.Benchmarks.Sale;
using SmartCardCrm.Benchmarks.Session;
using SmartCardCrm.Benchmarks.Till;

return args switch
{
    ["sale", var work] => SaleFigure.Print(work),
    ["terminal", var work] => TerminalFigures.Print(work),
    ["session"] => SessionFigure.Print(),
    ["cards"] => Cards.Serve(),
    [] => Names(),
    _ => Unknown(args[0]),
};

static int Names()
{
    Console.WriteLine("sale      a sale beside bare transmits of the same lengths, and the journal's share");
    Console.WriteLine("session   a session's set-up and a sale beside the bare AES in them");
    Console.WriteLine("terminal  a look-up in a hotlist of a million beside one of a thousand");
    return 0;
}

static int Unknown(string name)
{
    Console.Error.WriteLine($"There is no measurement named '{name}'; run.sh alone lists them.");
    return 2;
}
