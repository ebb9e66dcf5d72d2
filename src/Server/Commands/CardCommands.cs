using System.CommandLine;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Relay;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server card</c>.</summary>
internal static class CardCommands
{
    public static readonly Argument<string> Card = new("card")
    {
        Description = "The card's number, or its UID.",
    };

    public static readonly Option<string> By = new("--by")
    {
        Description = "Who does it.",
        DefaultValueFactory = _ => AuditActor.Operator,
    };

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    public static Command Create() => new("card", "Cards.")
    {
        Issue(),
        Change("block", "Lets no terminal serve a card any more.", BlockReason.OfBlocking),
        Change("unblock", "Lets a blocked card in again.", BlockReason.OfUnblocking),
        RetirementCommands.Replace(),
        RetirementCommands.Retire(),
        AnonymousCommands.Move(),
        OfferCommands.Create(),
        StockCommands.Create(),
    };

    /// <summary>What a call about one card is about.</summary>
    public static string PathOf(ParseResult parsed) =>
        $"/api/cards/{Uri.EscapeDataString(parsed.GetRequiredValue(Card))}";

    private static Command Change(string verb, string what, IReadOnlyList<string> reasons)
    {
        var reason = new Option<string>("--reason")
        {
            Description = $"Why: {string.Join(", ", reasons)}.",
            Required = true,
        };
        var command = new Command(verb, what) { CommandLine.Data, Card, reason, By };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var block = new AskedBlock(parsed.GetRequiredValue(reason), parsed.GetRequiredValue(By));
            using var asked = JsonContent.Create(block, OperatorJson.Default.AskedBlock);
            await server.PostAsync($"{PathOf(parsed)}/{verb}", asked, cancellation);
        }));
        return command;
    }

    private static Command Issue()
    {
        var member = new Option<long?>("--member")
        {
            Description = "Whose card it will be; without it, somebody's of whom nobody knows who it is.",
        };
        var terminal = new Option<uint>("--terminal")
        {
            Description = "The terminal on whose reader the card will lie.",
            Required = true,
        };
        var reader = new Option<string>("--reader")
        {
            Description = "Name of the reader; without it, whichever gets a card.",
            DefaultValueFactory = _ => "",
        };
        var command = new Command(
            "issue",
            "Personalises the card on a terminal's reader and binds it to a member. A card taken away too "
            + "early is continued when it comes back. Prints each step.")
        {
            CommandLine.Data, member, terminal, reader,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var issue = new AskedIssue(
                parsed.GetValue(member) ?? await AnonymousCommands.AddAsync(server, cancellation),
                parsed.GetValue(terminal), parsed.GetRequiredValue(reader));
            using var asked = JsonContent.Create(issue, OperatorJson.Default.AskedIssue);
            var job = await server.PostAsync(
                "/api/cards/issue", asked, OperatorJson.Default.IssueProgress, cancellation);
            await FollowAsync(server, job, cancellation);
        }));
        return command;
    }

    private static async Task FollowAsync(
        OperatorClient server, IssueProgress job, CancellationToken cancellation)
    {
        var path = $"/api/jobs/{job.Id}";
        try
        {
            await System.Console.Out.WriteLineAsync("waiting for the card");
            for (var told = 0; !job.IsOver; told = job.Steps.Count)
            {
                await Task.Delay(LookAgain, TimeProvider.System, cancellation);
                job = await server.GetAsync(path, OperatorJson.Default.IssueProgress, cancellation);
                foreach (var step in job.Steps.Skip(told))
                    await System.Console.Out.WriteLineAsync(step.Code);
            }
        }
        catch (OperationCanceledException)
        {
            await server.CallAsync(HttpMethod.Delete, path, CancellationToken.None);
            throw new CommandException("cancelled", "The card can be issued later; what it has stays.");
        }

        if (job.State != IssueState.Done)
        {
            throw new CommandException(
                job.Failure ?? "issue-ended", $"The card was not issued: {job.State}.");
        }

        await System.Console.Out.WriteLineAsync($"card {job.CardNumber} is active");
    }
}
