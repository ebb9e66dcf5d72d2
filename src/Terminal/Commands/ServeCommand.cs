using System.CommandLine;

namespace SmartCardCrm.Terminal.Commands;

/// <summary><c>terminal serve</c>: the terminal at work.</summary>
internal static class ServeCommand
{
    public static Command Make(TimeProvider clock)
    {
        var data = CommonOptions.DataFolder();
        var url = CommonOptions.TillApi();
        url.Description = "Where the Till API answers; loopback only, port 0 for a free one. "
            + "DIR/endpoints.json then says where, DIR/till-api.key is the key the till sends as X-Api-Key.";
        var readers = CommonOptions.Readers();
        var ports = CommonOptions.VpcdPorts();
        var command = new Command(
            "serve",
            "Sell until Ctrl-C. Prints `ready` when cards are served: keys and rules are there. Sync with "
                + "the server goes on in the background; without a network the terminal sells on what it "
                + "knows.")
        {
            data, url, readers, ports,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            var options = new TerminalOptions(
                parsed.GetRequiredValue(data).FullName, parsed.GetRequiredValue(url),
                parsed.GetRequiredValue(readers),
                parsed.GetRequiredValue(ports));
            await TerminalHost.Run(options, clock, cancellation);
        }));
        return command;
    }
}
