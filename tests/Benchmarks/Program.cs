using SmartCardCrm.Benchmarks.Sale;
using SmartCardCrm.Benchmarks.Session;

return args switch
{
    ["sale", var work] => SaleFigure.Print(work),
    ["session"] => SessionFigure.Print(),
    ["cards"] => Cards.Serve(),
    [] => Names(),
    _ => Unknown(args[0]),
};

static int Names()
{
    Console.WriteLine("sale    a sale beside bare transmits of the same lengths, and the journal's share");
    Console.WriteLine("session a session's set-up and a sale beside the bare AES in them");
    return 0;
}

static int Unknown(string name)
{
    Console.Error.WriteLine($"There is no measurement named '{name}'; run.sh alone lists them.");
    return 2;
}
