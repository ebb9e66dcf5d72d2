using System.CommandLine;
using System.CommandLine.Parsing;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.Simulator.Rack;

namespace SmartCardCrm.Simulator;

/// <summary>
/// The ways to start the simulator. Exit codes: 0 ended as asked, 2 a wrong command line or a file that is no
/// card.
/// </summary>
internal static class CommandLine
{
    private const int WrongUsage = 2;

    public static int Run(string[] args)
    {
        var root = new RootCommand(
            """
            A MIFARE DESFire in software, put into PC/SC readers through vpcd (Debian: pcscd,
            vsmartcard-vpcd). For tests and demos: its keys are no secret.

            Examples:
              hardware-sim serve                                 a factory-fresh EV3 on the first slot
              hardware-sim serve --profile ev2-4k --port 35964   another product, on the second slot
              hardware-sim serve --card anna.json                kept in a file, gone on with next time
              hardware-sim serve --fault tear-after@9            torn off at its ninth exchange, each time
              hardware-sim serve --faults-seed 42                something goes wrong at each insertion
              hardware-sim rack --slots 16 --home wallet         many slots, driven by lines: try help
              hardware-sim cards --home wallet                   what lies in a wallet
              hardware-sim faults                                how faults are written
            """)
        {
            ServeCommand.Create(),
            Rack(),
            Cards(),
            Faults(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count == 0)
            return parsed.Invoke();

        foreach (var error in parsed.Errors)
            Console.Error.WriteLine(error.Message);

        Console.Error.WriteLine("Try --help.");
        return WrongUsage;
    }

    private static Command Rack()
    {
        var portBase = PortOption.Create(
            "--port-base", "vpcd's port for slot 0; slot i has the port i higher.");
        var slots = new Option<int>("--slots")
        {
            Description = "Number of slots, 1 to 64.",
            DefaultValueFactory = _ => 2,
            CustomParser = given => PortOption.NumberWithin(given, 1, 64),
        };
        var home = new Option<DirectoryInfo?>("--home")
        {
            Description = "Folder in which the cards are kept. Without it they end with the process.",
        };
        var command = new Command(
            "rack",
            "Serve many slots, driven by lines on standard input, one answer a line. " +
            $"Commands: {CardRack.Commands}")
        {
            portBase, slots, home,
        };
        command.SetAction(parsed => Guarded(() =>
        {
            var wallet = new Wallet(parsed.GetValue(home));
            wallet.Load();
            var ports = Enumerable.Range(parsed.GetValue(portBase), parsed.GetValue(slots));
            using var rack = new CardRack(wallet, ports, Console.Out);
            rack.Run(Console.In);
        }));
        return command;
    }

    private static Command Cards()
    {
        var home = new Option<DirectoryInfo>("--home")
        {
            Description = "The folder that a rack keeps its cards in.",
            Required = true,
        };
        home.AcceptExistingOnly();
        var command = new Command("cards", "List the cards kept in a folder, a line each.") { home };
        command.SetAction(parsed => Guarded(() =>
        {
            var wallet = new Wallet(parsed.GetValue(home));
            wallet.Load();
            foreach (var name in wallet.Names)
            {
                var card = wallet.Find(name);
                Console.WriteLine($"{name}  {card.Profile}  uid {card.Uid}");
            }
        }));
        return command;
    }

    private static Command Faults()
    {
        var command = new Command("faults", "Explain how faults are written, for --fault and the rack.");
        command.SetAction(_ => Console.WriteLine(CardFault.Language));
        return command;
    }

    /// <summary>Says in one line what cannot be done.</summary>
    public static int Guarded(Action work)
    {
        try
        {
            work();
            return 0;
        }
        catch (Exception problem)
            when (problem is RackException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(problem.Message);
            return WrongUsage;
        }
    }
}

/// <summary>Numbers on the command line.</summary>
internal static class PortOption
{
    private const int DefaultPort = 35963;

    public static Option<int> Create(string name, string description) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => DefaultPort,
        CustomParser = given => NumberWithin(given, 1, ushort.MaxValue),
    };

    public static int NumberWithin(ArgumentResult given, int least, int most)
    {
        var isNumber = int.TryParse(
            given.Tokens[0].Value, System.Globalization.CultureInfo.InvariantCulture, out var value);
        if (!isNumber || value < least || value > most)
            given.AddError($"'{given.Tokens[0].Value}' is not a number from {least} to {most}.");
        return value;
    }
}
