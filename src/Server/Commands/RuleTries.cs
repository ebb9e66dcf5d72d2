using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Programmes;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server rules preview</c> and <c>server rules backtest</c>: what rules would do.</summary>
internal static class RuleTries
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    private static readonly Argument<string> Rules = new("rules")
    {
        Description = "draft:NUMBER or version:NUMBER.",
        CustomParser = argument =>
        {
            if (PathOf(argument.Tokens[0].Value) is { } path)
                return path;
            argument.AddError($"'{argument.Tokens[0].Value}' is neither draft:NUMBER nor version:NUMBER.");
            return null;
        },
    };

    public static Command Preview()
    {
        var basket = new Option<FileInfo?>("--basket")
        {
            Description = "JSON: lines (amountMinor, sku, category, quantityMilli, taxMinor, "
                + "discountMinor), tier, segments, store, localTime, balance, pointsAsked.",
        };
        var amount = new Option<long?>("--amount-minor") { Description = "Or only what it costs." };
        var command = new Command("preview", "Tries a basket: which rule gives what.")
        {
            CommandLine.Data, Rules, basket, amount,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            using var asked = parsed.GetValue(basket) is { } file
                ? JsonContent.Create(
                    await RuleCommands.ReadAsync(file, cancellation), OperatorJson.Default.JsonElement)
                : JsonContent.Create(
                    new AskedPreview([new TriedLine(parsed.GetValue(amount) ?? 0)]),
                    OperatorJson.Default.AskedPreview);
            var told = await server.PostAsync(
                $"{parsed.GetRequiredValue(Rules)}/preview", asked, OperatorJson.Default.RulePreview,
                cancellation);
            foreach (var gain in told.Gains)
                await SayAsync(gain.Rule, Signed(gain.Points));
            await SayAsync(
                "earned", told.Earned, told.PendingDays == 0 ? "" : $"after {told.PendingDays} days");
            await SayAsync("redeemed", told.Redeemed, told.RedemptionLimit ?? "");
            await SayAsync("due", told.DueMinor);
        }));
        return command;
    }

    public static Command BackTest()
    {
        var from = CommandLine.Day("--from", "The first day.");
        var through = CommandLine.Day("--through", "The last day.");
        (from.Required, through.Required) = (true, true);
        var json = new Option<bool>("--json") { Description = "Prints all of it, as the REST door has it." };
        var command = new Command(
            "backtest",
            "Decides the sales of past days again by these rules, each with the balance that its card had "
            + "then, and prints what it would have cost, who gains and who loses, and what invites abuse.")
        {
            CommandLine.Data, Rules, from, through, json,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            using var asked = JsonContent.Create(
                new AskedBackTest(
                    parsed.GetRequiredValue(from)!.Value, parsed.GetRequiredValue(through)!.Value),
                OperatorJson.Default.AskedBackTest);
            var job = await server.PostAsync(
                $"{parsed.GetRequiredValue(Rules)}/backtest", asked, OperatorJson.Default.BackTestProgress,
                cancellation);
            var result = await FollowAsync(server, job, cancellation);
            if (parsed.GetValue(json))
            {
                await System.Console.Out.WriteLineAsync(
                    JsonSerializer.Serialize(result, OperatorJson.Default.BackTestResult));
                return;
            }

            foreach (var line in LinesOf(result))
                await SayAsync(line);
        }));
        return command;
    }

    private static async Task<BackTestResult> FollowAsync(
        OperatorClient server, BackTestProgress job, CancellationToken cancellation)
    {
        var path = $"/api/rule-backtests/{job.Id}";
        try
        {
            while (job.State == BackTestState.Running)
            {
                await System.Console.Error.WriteLineAsync($"{job.SalesRead} of {job.SalesAll} sales");
                await Task.Delay(LookAgain, TimeProvider.System, cancellation);
                job = await server.GetAsync(path, OperatorJson.Default.BackTestProgress, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            await server.CallAsync(HttpMethod.Delete, path, CancellationToken.None);
            throw new CommandException("cancelled", "The back-test was broken off.");
        }

        return job.Result ?? throw new CommandException("backtest-ended", $"It has no result: {job.State}.");
    }

    private static IEnumerable<object[]> LinesOf(BackTestResult told) =>
    [
        ["sales", told.Sales],
        ["left out", told.LeftOutBasketUnknown + told.LeftOutRulesUnknown + told.LeftOutRefused,
            $"basket unknown {told.LeftOutBasketUnknown}", $"rules unknown {told.LeftOutRulesUnknown}",
            $"refused {told.LeftOutRefused}"],
        ["points", $"then {told.Then.Earned}", $"now {told.Now.Earned}"],
        ["cost", $"then {told.Then.CostMinor}", $"now {told.Now.CostMinor}"],
        ["redeemed", $"then {told.Then.Redeemed}", $"now {told.Now.Redeemed}"],
        ["members", $"more {told.MembersMore}", $"less {told.MembersLess}", $"same {told.MembersSame}"],
        .. told.Spread.Select(band => new object[]
        {
            "change", $"{band.From?.ToString(CultureInfo.InvariantCulture) ?? ""}.."
                + $"{band.Through?.ToString(CultureInfo.InvariantCulture) ?? ""}", band.Members,
        }),
        .. told.Winners.Select(m => new object[] { "winner", m.Member, Signed(m.Change), m.Then, m.Now }),
        .. told.Losers.Select(m => new object[] { "loser", m.Member, Signed(m.Change), m.Then, m.Now }),
        .. told.Rules.Select(rule => new object[]
        {
            "rule", rule.Rule, Signed(rule.Points), rule.Sales, $"{rule.Permille}‰",
        }),
        ["at a cap", told.SalesAtCap],
        ["card full", told.SalesCardFull],
        ["points for nothing", told.SalesForNothing],
        .. told.MostForMoney.Select(sale => new object[]
        {
            "most for money", $"{sale.Terminal}:{sale.Sequence}", $"member {sale.Member}",
            $"amount {sale.AmountMinor}", $"then {sale.Then}", $"now {sale.Now}",
        }),
        .. told.MostInADay.Select(day => new object[]
        {
            "most in a day", $"card {day.Card}",
            day.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), $"sales {day.Sales}",
            $"then {day.Then}", $"now {day.Now}",
        }),
    ];

    private static string? PathOf(string text) =>
        text.Split(':') is [var kind and ("draft" or "version"), var number]
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
            ? (kind == "draft" ? $"/api/rule-drafts/{parsed}" : $"/api/rule-sets/{parsed}")
            : null;

    private static string Signed(long points) => points.ToString("+0;-0;0", CultureInfo.InvariantCulture);

    private static Task SayAsync(params object[] columns) =>
        System.Console.Out.WriteLineAsync(string.Join('\t', columns));
}
