using System.CommandLine;
using SmartCardCrm.Server.Operator;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server authority</c>.</summary>
internal static class AuthorityCommands
{
    public static Command Create() => new(
        "authority",
        """
        The authority whose certificate terminals trust. `server vault rotate authority` makes the next one;
        from the server's next start each terminal that connects is told of it, trusts both, and gets a
        certificate of the next.
        """)
    {
        List(), Retire(),
    };

    private static Command List()
    {
        var command = new Command(
            "list",
            """
            Prints the authorities, and each terminal with 'follows' or with what it lacks of the next:
            'trusts-old', or 'certified-old' until its certificate is renewed.
            """)
        {
            CommandLine.Data,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var report = await server.GetAsync(
                "/api/authorities", OperatorJson.Default.AuthorityReport, cancellation);
            await System.Console.Out.WriteLineAsync($"current\t{report.Current}");
            if (report.Next is not { } next)
                return;
            await System.Console.Out.WriteLineAsync($"next\t{next}");
            foreach (var terminal in report.Terminals)
            {
                var state = terminal.Follows(next) ? "follows"
                    : terminal.Trusts == next ? "certified-old"
                    : "trusts-old";
                await System.Console.Out.WriteLineAsync($"{terminal.Terminal}\t{state}\t{terminal.Name}");
            }
        }));
        return command;
    }

    private static Command Retire()
    {
        var leave = new Option<uint[]>("--leave")
        {
            Description = "A terminal that does not follow, and will be enrolled anew. Several times.",
            HelpName = "NUMBER",
        };
        var command = new Command(
            "retire",
            """
            Retires the current authority: the next alone signs, and terminals trust it alone. Those that do
            not follow reach the server no more, so that each must be named. It cannot be undone.
            """)
        {
            CommandLine.Data, leave,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            using var asked = JsonContent.Create(
                new AskedSuccession(parsed.GetValue(leave) ?? []), OperatorJson.Default.AskedSuccession);
            await server.PostAsync("/api/authorities/retire", asked, cancellation);
        }));
        return command;
    }
}
