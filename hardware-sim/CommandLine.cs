using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.Simulator.Rack;
using SmartCardCrm.Simulator.Reader;

namespace SmartCardCrm.Simulator;

/// <summary>
/// The two ways to start the simulator. Exit codes: 0 ended as asked, 2 a wrong command line.
/// </summary>
internal static class CommandLine
{
    private const int WrongUsage = 2;
    private const int DefaultPort = 35963;
    private const string EchoProfile = "echo";

    public static int Run(string[] args)
    {
        var root = new RootCommand(
            "A MIFARE DESFire EV3 in software, put into PC/SC readers through vpcd " +
            "(Debian: pcscd, vsmartcard-vpcd). For tests and demos: its keys are no secret.")
        {
            Serve(),
            Rack(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count == 0)
            return parsed.Invoke();

        foreach (var error in parsed.Errors)
            Console.Error.WriteLine(error.Message);

        Console.Error.WriteLine("Try --help.");
        return WrongUsage;
    }

    private static Command Serve()
    {
        var profile = new Option<string>("--profile")
        {
            Description = "Product; echo is a card that answers P1P2 zero bytes, for measurements.",
            DefaultValueFactory = _ => "ev3-4k",
        };
        profile.AcceptOnlyFromAmong([.. CardProfile.All.Select(known => known.Name), EchoProfile]);
        var uid = new Option<string?>("--uid")
        {
            Description = "UID, 14 hex digits. Without it a random one.",
        };
        uid.Validators.Add(RequireUid);
        var port = Port("--port", "vpcd's port for the slot; a reader's second slot is the next port.");
        var command = new Command("serve", "Serve one factory-fresh card until Ctrl-C.")
        {
            profile, uid, port,
        };
        command.SetAction(parsed => ServeCard(
            Card(parsed.GetValue(profile)!, parsed.GetValue(uid)),
            parsed.GetValue(port)));
        return command;
    }

    private static Command Rack()
    {
        var portBase = Port("--port-base", "vpcd's port for slot 0; slot i has the port i higher.");
        var slots = new Option<int>("--slots")
        {
            Description = "Number of slots, 1 to 64.",
            DefaultValueFactory = _ => 2,
        };
        slots.Validators.Add(result => RequireWithin(result, 1, 64));
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
        command.SetAction(parsed => RunRack(
            parsed.GetValue(home),
            Enumerable.Range(parsed.GetValue(portBase), parsed.GetValue(slots))));
        return command;
    }

    private static ICardInSlot Card(string profile, string? uid)
    {
        if (profile == EchoProfile)
            return new EchoCard();

        return SimulatedCard.Factory(profile, uid is null ? RandomUid() : CardUid.Parse(uid));
    }

    private static byte[] RandomUid() => [0x04, .. RandomNumberGenerator.GetBytes(6)];

    private static int ServeCard(ICardInSlot card, int port)
    {
        using var ended = new ManualResetEventSlim();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var slot = new VpcdSlot(port, (_, _) => { });
        slot.TryInsert(card);
        Console.WriteLine("ready");
        ended.Wait();
        return 0;

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ended.Set();
        }
    }

    private static int RunRack(DirectoryInfo? home, IEnumerable<int> ports)
    {
        try
        {
            var wallet = new Wallet(home);
            wallet.Load();
            using var rack = new CardRack(wallet, ports, Console.Out);
            rack.Run(Console.In);
            return 0;
        }
        catch (RackException problem)
        {
            Console.Error.WriteLine(problem.Message);
            return WrongUsage;
        }
    }

    private static Option<int> Port(string name, string description)
    {
        var port = new Option<int>(name)
        {
            Description = description,
            DefaultValueFactory = _ => DefaultPort,
        };
        port.Validators.Add(result => RequireWithin(result, 1, ushort.MaxValue));
        return port;
    }

    private static void RequireWithin(OptionResult result, int least, int most)
    {
        var value = result.GetValueOrDefault<int>();
        if (value < least || value > most)
            result.AddError($"{result.Option.Name} must be from {least} to {most}.");
    }

    private static void RequireUid(OptionResult result)
    {
        try
        {
            _ = CardUid.Parse(result.GetValueOrDefault<string>() ?? "");
        }
        catch (RackException problem)
        {
            result.AddError(problem.Message);
        }
    }
}
