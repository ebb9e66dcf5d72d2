using System.CommandLine;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.Signals;
using SmartCardCrm.Terminal.Sync;

namespace SmartCardCrm.Terminal.Commands;

/// <summary><c>terminal identify</c>: whose card is this?</summary>
internal static class IdentifyCommand
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    public static Command Make(TimeProvider clock)
    {
        var data = CommonOptions.DataFolder();
        var readers = CommonOptions.Readers();
        var ports = CommonOptions.VpcdPorts();
        var seconds = new Option<int>("--wait")
        {
            Description = "Seconds to wait for a card.",
            DefaultValueFactory = _ => 60,
        };
        var command = new Command(
            "identify", "Read a card and print its number, balance and tier. Changes nothing on it.")
        {
            data, readers, ports, seconds,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var keys = await Keys(
                new DataFolder(parsed.GetRequiredValue(data).FullName), clock, cancellation);
            var (names, vpcd) = (parsed.GetRequiredValue(readers), parsed.GetRequiredValue(ports));
            using var choice = ReaderChoice.Open(
                names.Length + vpcd.Length == 0 ? ReaderChoice.PluggedIn() : names, vpcd, clock,
                NullLogger.Instance);
            using var late = new CancellationTokenSource(
                TimeSpan.FromSeconds(parsed.GetValue(seconds)), clock);
            using var card = await WaitForCard(choice.Readers, clock, late.Token, cancellation);
            Print(card, keys);
        }));
        return command;
    }

    private static async Task<TerminalKeys> Keys(
        DataFolder data, TimeProvider clock, CancellationToken cancellation)
    {
        var terminal = EnrolledTerminal.Load(data) ?? throw TerminalHost.NotEnrolled();
        if (TamperSeal.IsBroken(data))
            throw new CommandException(
                StopCode.Tamper, "This terminal was opened: `terminal release-tamper --help`.");
        var keys = new TerminalKeys();
        using var delivery = new CardKeyDelivery(terminal, data, keys, clock);
        delivery.Restore();
        if (keys.Ready)
            return keys;

        using var certificates = TerminalCertificates.Load(data);
        using var channel = ServerLink.Mutual(terminal.Server, certificates);
        delivery.Deliver(await new TerminalSync.TerminalSyncClient(channel).FetchCardKeysAsync(
            new CardKeysRequest(), deadline: ServerLink.Deadline(clock), cancellationToken: cancellation));
        return keys;
    }

    private static async Task<ICardConnection> WaitForCard(
        IReadOnlyList<ICardReader> readers, TimeProvider clock, CancellationToken late,
        CancellationToken cancellation)
    {
        await Console.Error.WriteLineAsync("Present a card.");
        using var timer = new PeriodicTimer(LookEvery, clock);
        while (!late.IsCancellationRequested)
        {
            foreach (var reader in readers)
            {
                if (reader.Look() is CardPresence.Present && reader.TryConnect() is { } card)
                    return card;
            }

            await timer.WaitForNextTickAsync(cancellation);
        }

        throw new CommandException("no-card", "No card came.");
    }

    private static void Print(ICardConnection connection, TerminalKeys keys)
    {
        using var key = keys.Derive(
            CardKeyNumber.Enquiry, keys.Versions(CardKeyNumber.Enquiry, known: 0)[0], connection.Uid);
        using var card = MemberCard.Open(
            connection, key, CardKeyNumber.Enquiry, RandomNumberGenerator.Fill);
        var record = card.ReadNewest();
        var profile = card.ReadProfile();
        Console.Out.WriteLine($"card     {record.CardNumber}{(record.Blocked ? " (blocked)" : "")}");
        Console.Out.WriteLine($"balance  {record.BalanceAfter} points");
        Console.Out.WriteLine($"tier     {record.Tier}");
        Console.Out.WriteLine($"visits   {record.Counter - 1}");
        Console.Out.WriteLine(
            $"speaks   {(profile == MemberProfile.Erased ? "(erased)" : profile.Language)}");
    }
}
