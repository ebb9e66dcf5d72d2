using System.CommandLine;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Operator;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server opening …</c>: what members bring from another programme.</summary>
internal static class OpeningCommands
{
    private const int FaultsMost = 100;

    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(2);

    private static readonly Option<string> By = new("--by")
    {
        Description = "Who does it.",
        DefaultValueFactory = _ => AuditActor.Operator,
        HelpName = "NAME",
    };

    public static Command Create() => new("opening", "Points that members bring from another programme.")
    {
        Load(), Undo(),
    };

    private static Command Load()
    {
        var file = new Argument<FileInfo>("file")
        {
            Description = "CSV, UTF-8; its first line names the columns.",
        };
        var batch = new Option<string?>("--batch")
        {
            Description = "Its name, 1 to 64 characters; without it the file's without the ending.",
            HelpName = "NAME",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only looks at it." };
        var create = new Option<bool>("--create-members")
        {
            Description = "Takes on who has a contact that no member has, under the line's name.",
        };
        var command = new Command(
            "load",
            """
            Loads opening balances. Columns, in any order: one or several of contact (telephone number or
            e-mail address), member and card (numbers), of which each line has one; points; reference, which
            no other line has; and, where wanted, expires (the first day on which they may no longer be
            spent, as 2027-01-01), name and language (en, ru) of who is taken on. Nothing is loaded where
            anything is wrong. What is loaded is known by batch and reference, and not loaded twice.
            """)
        {
            file, CommandLine.Data, batch, By, dryRun, create,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            var source = parsed.GetRequiredValue(file);
            var name = parsed.GetValue(batch) ?? Path.GetFileNameWithoutExtension(source.Name);
            var path = $"/api/openings/{Uri.EscapeDataString(name)}";
            var query = $"?by={Uri.EscapeDataString(parsed.GetRequiredValue(By))}"
                + $"&dryRun={parsed.GetValue(dryRun)}&createMembers={parsed.GetValue(create)}";
            using var server = new OperatorClient(
                parsed.GetRequiredValue(CommandLine.Data), Timeout.InfiniteTimeSpan);
            using var body = new ByteArrayContent(await ReadAsync(source, cancellation));
            var loading = server.PostAsync(
                path + query, body, OperatorJson.Default.OpeningResult, cancellation);
            await TellProgressAsync(server, path, loading, cancellation);
            Tell(await loading);
        }));
        return command;
    }

    private static Command Undo()
    {
        var batch = new Argument<string>("batch") { Description = "As it was loaded." };
        var command = new Command(
            "undo",
            "Takes a batch back by contrary postings, where none of it is spent or has expired. It cannot be "
            + "loaded under that name again.")
        {
            batch, CommandLine.Data, By,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(
                parsed.GetRequiredValue(CommandLine.Data), Timeout.InfiniteTimeSpan);
            using var nothing = new ByteArrayContent([]);
            var undone = await server.PostAsync(
                $"/api/openings/{Uri.EscapeDataString(parsed.GetRequiredValue(batch))}/undo"
                + $"?by={Uri.EscapeDataString(parsed.GetRequiredValue(By))}",
                nothing, OperatorJson.Default.OpeningState, cancellation);
            await System.Console.Out.WriteLineAsync($"undone: {undone.Lines}");
        }));
        return command;
    }

    private static async Task<byte[]> ReadAsync(FileInfo file, CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllBytesAsync(file.FullName, cancellation);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            throw new CommandException("file-unreadable", missing.Message);
        }
    }

    private static async Task TellProgressAsync(
        OperatorClient server, string path, Task loading, CancellationToken cancellation)
    {
        while (await Task.WhenAny(
            loading, Task.Delay(ProgressEvery, TimeProvider.System, cancellation)) != loading)
        {
            var state = await server.GetAsync(path, OperatorJson.Default.OpeningState, cancellation);
            await System.Console.Error.WriteLineAsync($"{state.Lines} loaded …");
        }
    }

    private static void Tell(Openings.OpeningResult result)
    {
        foreach (var fault in result.Faults.Take(FaultsMost))
            System.Console.Error.WriteLine($"line {fault.Line}: {fault.Code}");
        if (result.Faults.Count > 0)
        {
            throw new CommandException(
                "opening-faulty",
                $"Lines with something wrong: {result.Faults.Count}. Nothing was loaded.");
        }

        System.Console.Out.WriteLine($"lines: {result.Lines}");
        System.Console.Out.WriteLine($"loaded: {result.Loaded}");
        System.Console.Out.WriteLine($"already: {result.Already}");
        System.Console.Out.WriteLine($"points: {result.Points}");
    }
}
