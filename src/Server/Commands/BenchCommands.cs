using System.CommandLine;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Relay;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server card stock prepare</c> and <c>bind</c>: one card of a batch after another.</summary>
internal static class BenchCommands
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    public static Command Prepare() => Bench(
        "prepare", BenchTask.Prepare,
        "Makes factory cards, one after another as they are laid on a terminal's reader, cards of a batch "
        + "that nobody has yet, and takes them into stock. The terminal must stand where nobody listens: the "
        + "setting Relay:BenchTerminals names it.");

    public static Command Bind() => Bench(
        "bind", BenchTask.Bind,
        "Gives the cards of a batch, one after another as they are laid on a terminal's reader, to members "
        + "of whom nobody knows who they are, so that they can be handed out and used.");

    private static Command Bench(string verb, BenchTask task, string what)
    {
        var batch = new Option<long>("--batch") { Description = "The batch's number.", Required = true };
        var terminal = new Option<uint>("--terminal")
        {
            Description = "The terminal on whose reader the cards are laid.",
            Required = true,
        };
        var reader = new Option<string>("--reader")
        {
            Description = "Name of the reader; without it, whichever gets a card.",
            DefaultValueFactory = _ => "",
        };
        var command = new Command(
            verb,
            what + " Prints a line for each card: how many are done, the chip, its number, and what became "
            + "of it. A card that was taken away too early is gone on with when it comes again. Ends when "
            + "all are done, or with Ctrl-C, and says which are missing.")
        {
            CommandLine.Data, batch, terminal, reader, CardCommands.By,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var bench = new AskedBench(
                task, parsed.GetValue(terminal), parsed.GetRequiredValue(reader),
                parsed.GetRequiredValue(CardCommands.By));
            using var asked = JsonContent.Create(bench, OperatorJson.Default.AskedBench);
            var job = await server.PostAsync(
                $"/api/batches/{parsed.GetValue(batch)}/bench", asked, OperatorJson.Default.BenchProgress,
                cancellation);
            await FollowAsync(server, job, cancellation);
        }));
        return command;
    }

    private static async Task FollowAsync(
        OperatorClient server, BenchProgress job, CancellationToken cancellation)
    {
        var path = $"/api/bench/{job.Id}";
        await System.Console.Out.WriteLineAsync(
            $"{job.Count.Done} of {job.Count.Total} done, waiting for a card");
        try
        {
            for (var told = 0; !job.IsOver; told = job.TurnCount)
            {
                await Task.Delay(LookAgain, TimeProvider.System, cancellation);
                job = await server.GetAsync(path, OperatorJson.Default.BenchProgress, cancellation);
                foreach (var turn in job.Turns.TakeLast(job.TurnCount - told))
                {
                    await System.Console.Out.WriteLineAsync(
                        $"{job.Count.Done} of {job.Count.Total}\t{turn.Uid}\t{turn.Number}\t{turn.Code}");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it is ended.
            job = await server.DeleteAsync(path, OperatorJson.Default.BenchProgress, CancellationToken.None);
        }

        await System.Console.Out.WriteLineAsync($"{job.Count.Done} of {job.Count.Total} done");
        foreach (var range in job.Missing)
        {
            await System.Console.Out.WriteLineAsync(
                range.First == range.Last ? $"missing {range.First}" : $"missing {range.First}-{range.Last}");
        }

        if (job.Failure is { } failure)
            throw new CommandException(failure, "It can be gone on with; what was done stays.");
    }
}
