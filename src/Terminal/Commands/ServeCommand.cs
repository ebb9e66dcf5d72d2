using System.CommandLine;

namespace SmartCardCrm.Terminal.Commands;

/// <summary><c>terminal serve</c>: the terminal at work.</summary>
internal static class ServeCommand
{
    private const int KeepDaysMost = 3650;

    public static Command Make(TimeProvider clock)
    {
        var data = CommonOptions.DataFolder();
        var url = CommonOptions.TillApi();
        url.Description = "Where the Till API answers; loopback only, port 0 for a free one. "
            + "DIR/endpoints.json then says where, DIR/till-api.key is the key the till sends as X-Api-Key.";
        var readers = CommonOptions.Readers();
        readers.Description = "A PC/SC reader to use, as `terminal readers` names it; may come several "
            + "times. Without it, every reader that is plugged in, now or later. Readers may come and go at "
            + "any time.";
        var ports = CommonOptions.VpcdPorts();
        var keep = KeepDays();
        var journalKey = CommonOptions.JournalKey();
        var command = new Command(
            "serve",
            "Sell until Ctrl-C. Prints `ready` when cards are served: keys and rules are there. Sync with "
                + "the server goes on in the background; without a network the terminal sells on what it "
                + "knows.")
        {
            data, url, readers, ports, keep, journalKey,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            var options = new TerminalOptions(
                parsed.GetRequiredValue(data).FullName, parsed.GetRequiredValue(url),
                parsed.GetRequiredValue(readers),
                parsed.GetRequiredValue(ports))
            {
                JournalKey = parsed.GetValue(journalKey)?.FullName,
                Keep = TimeSpan.FromDays(parsed.GetRequiredValue(keep)),
            };
            await TerminalHost.Run(options, clock, cancellation);
        }));
        return command;
    }

    private static Option<int> KeepDays()
    {
        var days = new Option<int>("--keep-days")
        {
            HelpName = "DAYS",
            Description = "How long entries stay on this disk that the server has acknowledged: longer than "
                + "from one of its backups to the next, for after a restore they are sent again. From "
                + $"{Compaction.KeepDaysLeast} on.",
            DefaultValueFactory = _ => Compaction.KeepDaysUsual,
        };
        days.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < Compaction.KeepDaysLeast or > KeepDaysMost)
                result.AddError($"--keep-days is {Compaction.KeepDaysLeast} to {KeepDaysMost}.");
        });
        return days;
    }
}
