using System.CommandLine;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server audit</c>.</summary>
internal static class AuditCommand
{
    public static Command Create()
    {
        var subject = new Option<string?>("--subject")
        {
            Description = "Only of this: card:1000001, terminal:3, member:7, rule-set:1:2, staff:vera.",
        };
        var take = new Option<int>("--take")
        {
            Description = "So many, the newest; 1000 at most.",
            DefaultValueFactory = _ => 100,
        };
        var command = new Command(
            "audit",
            """
            Prints who has changed what, newest first: number, when (UTC), who, what, of what, and before and
            after or why as JSON, with tabs between. `server audit verify` tells whether a line was changed
            since.
            """)
        {
            CommandLine.Data, subject, take, Verify(),
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(
                parsed.GetRequiredValue(CommandLine.Data), Timeout.InfiniteTimeSpan);
            var about = parsed.GetValue(subject) is { } one ? $"&subject={Uri.EscapeDataString(one)}" : "";
            var entries = await server.GetAsync(
                $"/api/audit?take={parsed.GetValue(take)}{about}",
                OperatorJson.Default.IReadOnlyListAuditEntry, cancellation);
            foreach (var entry in entries)
            {
                var at = UnixTime.FromMicroseconds(entry.AtUs).UtcDateTime.ToString(
                    "yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
                await System.Console.Out.WriteLineAsync(string.Join(
                    '\t', entry.Number, at, entry.DoneBy, entry.Action, entry.Subject, entry.Detail));
            }
        }));
        return command;
    }

    private static Command Verify()
    {
        var command = new Command(
            "verify",
            """
            Compares the log with its own chain and with what terminals were told of it: a line that was
            changed, a log that was cut or rewritten. Prints when backups were restored: if you did not,
            somebody lied. Exit code 1 where the log does not hold.
            """)
        {
            CommandLine.Data,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(
                parsed.GetRequiredValue(CommandLine.Data), Timeout.InfiniteTimeSpan);
            var report = await server.GetAsync(
                "/api/audit/verify", OperatorJson.Default.AuditReport, cancellation);
            await System.Console.Out.WriteLineAsync($"entries: {report.Entries}");
            await System.Console.Out.WriteLineAsync($"terminals that agree: {report.Agreeing}");
            foreach (var restored in report.Restorations)
                await System.Console.Out.WriteLineAsync($"a backup was restored, as entry {restored} says");
            foreach (var (terminal, number) in report.Contradicting)
            {
                await System.Console.Error.WriteLineAsync(
                    $"terminal {terminal} was told of another entry {number}");
            }

            if (report.FirstFault is { } fault)
                await System.Console.Error.WriteLineAsync($"entry {fault} is not as it was written");
            if (!report.Holds)
                throw new CommandException("audit-failed", "The audit log is not what was written.");
        }));
        return command;
    }
}
