using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.Simulator.Rack;
using SmartCardCrm.Simulator.Reader;

namespace SmartCardCrm.Simulator;

/// <summary>Serves one card until Ctrl-C. A card that is torn off comes back a moment later.</summary>
internal static class ServeCommand
{
    private const string EchoProfile = "echo";

    // pcscd looks about every 400 ms whether a card is there.
    private static readonly TimeSpan BackAfter = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ReaderWait = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var options = new Options();
        var command = new Command(
            "serve", "Serve one card until Ctrl-C. A card that a fault tears off is put back after a second.")
        {
            options.Profile, options.Uid, options.Port, options.Card, options.Fault, options.Seed,
        };
        command.SetAction(parsed => CommandLine.Guarded(() => Serve(parsed, options)));
        return command;
    }

    private static void Serve(ParseResult parsed, Options options)
    {
        using var ended = new ManualResetEventSlim();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        var file = parsed.GetValue(options.Card);
        var card = CardOf(parsed, options, file);
        var port = parsed.GetValue(options.Port);
        using (var slot = new VpcdSlot(port, (where, torn) => PutBack(where, torn, ended)))
        {
            slot.TryInsert(card);
            Console.WriteLine("ready");
            WarnOfNoReader(slot, ended);
            ended.Wait();
        }

        if (file is not null && card is SimulatedCard simulated)
            Keep(simulated, file);

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ended.Set();
        }
    }

    private static void WarnOfNoReader(VpcdSlot slot, ManualResetEventSlim ended)
    {
        if (ended.Wait(ReaderWait) || slot.HasFoundReader)
            return;

        Console.Error.WriteLine(
            $"No virtual reader at port {slot.Port}: is pcscd running, with vsmartcard-vpcd? Trying on.");
    }

    private static void PutBack(VpcdSlot slot, ICardInSlot torn, ManualResetEventSlim ended)
    {
        Console.WriteLine("torn");
        if (!ended.Wait(BackAfter))
            slot.TryInsert(torn);
    }

    private static ICardInSlot CardOf(ParseResult parsed, Options options, FileInfo? file)
    {
        var profile = parsed.GetValue(options.Profile)!;
        if (profile == EchoProfile)
            return new EchoCard();

        var card = file is { Exists: true } ? Load(file) : Fresh(profile, parsed.GetValue(options.Uid));
        card.Always = parsed.GetValue(options.Fault) ?? [];
        card.Chance = parsed.GetValue(options.Seed) is { } seed ? new FaultDice(seed) : null;
        return card;
    }

    private static SimulatedCard Fresh(string profile, string? uid) => SimulatedCard.Factory(
        profile, uid is null ? [0x04, .. RandomNumberGenerator.GetBytes(6)] : CardUid.Parse(uid));

    private static SimulatedCard Load(FileInfo file)
    {
        try
        {
            return SimulatedCard.Load(File.ReadAllText(file.FullName));
        }
        catch (JsonException)
        {
            throw new RackException("card", $"{file.FullName} is not a card that was kept.");
        }
    }

    // Whole or not at all.
    private static void Keep(SimulatedCard card, FileInfo file)
    {
        File.WriteAllText($"{file.FullName}.new", card.Save());
        File.Move($"{file.FullName}.new", file.FullName, overwrite: true);
    }

    private sealed class Options
    {
        public Options()
        {
            Profile.AcceptOnlyFromAmong([.. CardProfile.All.Select(known => known.Name), EchoProfile]);
            Uid.Validators.Add(RequireUid);
        }

        public Option<string> Profile { get; } = new("--profile")
        {
            Description = "Product; echo is a card that answers P1P2 zero bytes, for measurements.",
            DefaultValueFactory = _ => CardProfile.Default,
        };

        public Option<string?> Uid { get; } = new("--uid")
        {
            Description = "UID, 14 hex digits. Without it a random one.",
        };

        public Option<int> Port { get; } = PortOption.Create(
            "--port", "vpcd's port for the slot; a reader's second slot is the next port.");

        public Option<FileInfo?> Card { get; } = new("--card")
        {
            Description = "File with the card, JSON. A new card is kept in it at the end.",
        };

        public Option<CardFault[]?> Fault { get; } = new("--fault")
        {
            Description = "Goes wrong at each insertion; may be given several times. 'faults' explains them.",
            CustomParser = Faults,
        };

        public Option<ulong?> Seed { get; } = new("--faults-seed")
        {
            Description = "Something goes wrong by chance at each insertion; the same for the same seed.",
            CustomParser = Number,
        };

        private static CardFault[] Faults(ArgumentResult given)
        {
            var faults = new List<CardFault>();
            foreach (var word in given.Tokens.Select(token => token.Value))
            {
                if (CardFault.TryParse(word) is { } fault)
                    faults.Add(fault);
                else
                    given.AddError($"'{word}' is no fault: 'hardware-sim faults' explains them.");
            }

            return [.. faults];
        }

        private static ulong? Number(ArgumentResult given)
        {
            if (ulong.TryParse(given.Tokens[0].Value, CultureInfo.InvariantCulture, out var number))
                return number;
            given.AddError($"'{given.Tokens[0].Value}' is not a whole number.");
            return null;
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
}
