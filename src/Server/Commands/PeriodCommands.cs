using System.CommandLine;
using System.Globalization;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server periods …</c>: months closed for the accountants.</summary>
internal static class PeriodCommands
{
    private static readonly Argument<string> Month = new("month") { Description = "As 2026-11." };

    public static Command Create() => new(
        "periods",
        "Months are closed one after the other. What is reported late belongs to the month in which it is "
        + "posted: the file of a closed month does not change.")
    {
        List(), Close(), Export(),
    };

    private static Command List()
    {
        var command = new Command(
            "list",
            "Prints a line each, with tabs between: month, last posting, when it was closed (UTC), by whom, "
            + "and the SHA-256 of its file.")
        {
            CommandLine.Data,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var periods = await server.GetAsync(
                "/api/periods", OperatorJson.Default.IReadOnlyListClosedPeriod, cancellation);
            foreach (var period in periods)
            {
                var closed = UnixTime.FromMicroseconds(period.ClosedUs).UtcDateTime
                    .ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
                await System.Console.Out.WriteLineAsync(
                    string.Join('\t', period.Month, period.Posting, closed, period.ClosedBy, period.Hash));
            }
        }));
        return command;
    }

    private static Command Close()
    {
        var by = new Option<string>("--by")
        {
            Description = "Who closes it.",
            DefaultValueFactory = _ => AuditActor.Operator,
            HelpName = "NAME",
        };
        var command = new Command("close", "Closes a month that is over; it cannot be opened again.")
        {
            Month, CommandLine.Data, by,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            using var body = JsonContent.Create(
                new AskedClose(parsed.GetRequiredValue(by)), OperatorJson.Default.AskedClose);
            await server.PostAsync($"{PathOf(parsed)}/close", body, cancellation);
        }));
        return command;
    }

    private static Command Export()
    {
        var command = new Command("export", "Prints the accountants' file of a closed month, CSV.")
        {
            Month, CommandLine.Data,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            await System.Console.Out.WriteAsync(
                await server.GetTextAsync($"{PathOf(parsed)}/accounting.csv", cancellation));
        }));
        return command;
    }

    private static string PathOf(ParseResult parsed) =>
        $"/api/periods/{Uri.EscapeDataString(parsed.GetRequiredValue(Month))}";
}
