using System.CommandLine;
using SmartCardCrm.Server.Operator;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server check</c>.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var command = new Command(
            "check", "Checks the invariants of the running server's book; fails when one is broken.")
        {
            CommandLine.Data,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(
                parsed.GetRequiredValue(CommandLine.Data), Timeout.InfiniteTimeSpan);
            var lines = await server.GetAsync(
                "/api/check", OperatorJson.Default.IReadOnlyListCheckLine, cancellation);
            foreach (var line in lines)
            {
                var verdict = line.Broken == 0 ? "holds" : $"broken {line.Broken} times";
                await System.Console.Out.WriteLineAsync($"{line.Invariant} {line.Says}: {verdict}");
            }

            if (lines.Any(line => line.Broken > 0))
                throw new CommandException("check-failed", "The book has open ends.");
        }));
        return command;
    }
}
