using System.CommandLine;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.Signals;

namespace SmartCardCrm.Terminal.Commands;

/// <summary><c>terminal release-tamper</c>: somebody has looked at the opened terminal.</summary>
internal static class ReleaseTamperCommand
{
    public static Command Make()
    {
        var data = CommonOptions.DataFolder();
        var command = new Command(
            "release-tamper",
            "Let a terminal whose housing was opened serve cards again, after somebody has looked at it and "
                + "closed it. A running terminal notices within a second and fetches its card keys anew from "
                + "the server; one whose switch is still open stops again at once. Where the machine may "
                + "have been changed, revoke the terminal at the server and enrol it anew instead.")
        {
            data,
        };
        command.SetAction(parsed => CommandLine.Guarded(() =>
        {
            if (!TamperSeal.Release(new DataFolder(parsed.GetRequiredValue(data).FullName)))
                throw new CommandException("not-tampered", "This terminal was not opened.");
            Console.Out.WriteLine("released");
            return Task.CompletedTask;
        }));
        return command;
    }
}
