using System.CommandLine;
using System.Globalization;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Reports;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server report</c>.</summary>
internal static class ReportCommand
{
    private static readonly Option<DateOnly?> From = CommandLine.Day(
        "--from", "The first day, UTC; without it from the beginning.");

    private static readonly Option<DateOnly?> Through = CommandLine.Day(
        "--through", "The last day, UTC; without it up to now.");

    private static readonly Option<int> Days = new("--days")
    {
        Description = "exposure: days until keys are rotated and blocks are known, for the bound.",
        DefaultValueFactory = _ => 1,
        HelpName = "N",
    };

    private static readonly Option<bool> AsCsv = new("--csv")
    {
        Description = "As CSV for a spreadsheet; otherwise with tabs between.",
    };

    private static readonly Option<long?> Card = new("--card")
    {
        Description = "A card's number, for the reports that tell of one.",
    };

    public static Command Create()
    {
        var name = new Argument<string>("name")
        {
            Description = $"One of {string.Join(", ", ReportRoom.All.Select(report => report.Name))}.",
        };
        var command = new Command("report", "Prints a report of the running server's book.")
        {
            name, CommandLine.Data, From, Through, Days, Card, AsCsv,
        };
        foreach (var report in ReportRoom.All)
            command.Description += $"\n  {report.Name}: {report.Says}";
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(
                parsed.GetRequiredValue(CommandLine.Data), Timeout.InfiniteTimeSpan);
            var days = Day("from", parsed.GetValue(From)) + Day("through", parsed.GetValue(Through))
                + $"&days={parsed.GetValue(Days).ToString(CultureInfo.InvariantCulture)}"
                + (parsed.GetValue(Card) is { } card ? $"&card={card}" : "");
            var path = $"/api/reports/{Uri.EscapeDataString(parsed.GetRequiredValue(name))}";
            if (parsed.GetValue(AsCsv))
            {
                await System.Console.Out.WriteAsync(
                    await server.GetTextAsync($"{path}/csv?{days}", cancellation));
                return;
            }

            var table = await server.GetAsync(
                $"{path}?{days}", OperatorJson.Default.ReportTable, cancellation);
            await System.Console.Out.WriteLineAsync(string.Join('\t', table.Columns));
            foreach (var row in table.Rows)
                await System.Console.Out.WriteLineAsync(string.Join('\t', row));
        }));
        return command;
    }

    private static string Day(string name, DateOnly? day) => day is { } one
        ? $"&{name}={one.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}"
        : "";
}
