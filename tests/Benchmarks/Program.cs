using SmartCardCrm.Benchmarks.Sale;

return args switch
{
    ["sale", var work] => SaleFigure.Print(work),
    ["cards"] => Cards.Serve(),
    [] => Names(),
    _ => Unknown(args[0]),
};

static int Names()
{
    Console.WriteLine("sale    a sale beside bare transmits of the same lengths, and the journal's share");
    return 0;
}

static int Unknown(string name)
{
    Console.Error.WriteLine($"There is no measurement named '{name}'; run.sh alone lists them.");
    return 2;
}
