using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server exceptions …</c>: the queue of what differs, and what people do about it.</summary>
internal static class ExceptionCommands
{
    private static readonly Argument<long> Id = new("id") { Description = "The exception's number." };

    private static readonly Option<string> By = new("--by")
    {
        Description = "Who does it.",
        DefaultValueFactory = _ => AuditActor.Operator,
        HelpName = "NAME",
    };

    public static Command Create() => new(
        "exceptions",
        """
        Where card, terminal and book differ. Most exceptions close by themselves when what is missing comes;
        for the rest somebody has to answer. Points above a limit need a second person, with a token of
        his own.
        """)
    {
        List(), Show(), Assign(), Note(), Resolve(),
        Decide("approve", "A second person agrees: it is done."),
        Decide("reject", "A second person disagrees: it stays open."),
    };

    private static Command List()
    {
        var cause = new Option<string?>("--cause") { Description = "Only of this cause." };
        var owner = new Option<string?>("--owner") { Description = "Only this person's." };
        var all = new Option<bool>("--all") { Description = "Closed ones too." };
        var take = new Option<int>("--take")
        {
            Description = "So many, the newest; 1000 at most.",
            DefaultValueFactory = _ => 100,
        };
        var command = new Command(
            "list",
            "Prints a line each, with tabs between: number, cause, detail, opened (UTC), days open, owner, "
            + "card, terminal:entry, and what closed it or `waits` for a second person.")
        {
            CommandLine.Data, cause, owner, all, take,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var open = parsed.GetValue(all) ? "false" : "true";
            var page = await server.GetAsync(
                $"/api/exceptions?open={open}&take={parsed.GetValue(take)}"
                + Asked("cause", parsed.GetValue(cause)) + Asked("owner", parsed.GetValue(owner)),
                OperatorJson.Default.PageExceptionRow, cancellation);
            foreach (var row in page.Rows)
                await System.Console.Out.WriteLineAsync(LineOf(row));
        }));
        return command;
    }

    private static Command Show()
    {
        var command = new Command(
            "show", "Prints one with its notes and resolutions, and how it may be closed.")
        {
            Id, CommandLine.Data,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var story = await server.GetAsync(
                $"/api/exceptions/{parsed.GetValue(Id)}", OperatorJson.Default.ExceptionStory, cancellation);
            await System.Console.Out.WriteLineAsync(LineOf(story.Exception));
            foreach (var note in story.Notes)
                await System.Console.Out.WriteLineAsync(LineOf(note));
            foreach (var one in story.Resolutions)
                await System.Console.Out.WriteLineAsync(LineOf(one));
            if (story.Reasons.Count > 0)
                await System.Console.Out.WriteLineAsync($"reasons: {string.Join(", ", story.Reasons)}");
        }));
        return command;
    }

    private static Command Assign()
    {
        var owner = new Option<string>("--owner")
        {
            Description = "Whose it is; empty: nobody's.",
            Required = true,
        };
        return Doing(
            new Command("assign", "Gives one to somebody.") { owner }, "assign",
            OperatorJson.Default.AskedOwner,
            parsed => new AskedOwner(parsed.GetRequiredValue(owner), parsed.GetRequiredValue(By)));
    }

    private static Command Note()
    {
        var text = new Option<string>("--text") { Description = "What was found out.", Required = true };
        return Doing(
            new Command("note", "Writes down what was found out.") { text }, "notes",
            OperatorJson.Default.AskedNote,
            parsed => new AskedNote(parsed.GetRequiredValue(text), parsed.GetRequiredValue(By)));
    }

    private static Command Resolve()
    {
        var reason = new Option<string>("--reason")
        {
            Description = $"Why: {string.Join(", ", ResolutionReason.All)}.",
            Required = true,
        };
        var points = new Option<int>("--points")
        {
            Description = "Points to put on its card at the next tap; below zero to take off.",
        };
        return Doing(
            new Command("resolve", "Closes one by hand.") { reason, points }, "resolve",
            OperatorJson.Default.AskedResolution,
            parsed => new AskedResolution(
                parsed.GetRequiredValue(reason), parsed.GetValue(points), parsed.GetRequiredValue(By)));
    }

    private static Command Decide(string name, string description)
    {
        var proposal = new Option<long>("--proposal")
        {
            Description = "The number of the resolution, as `show` prints it.",
            Required = true,
        };
        return Doing(
            new Command(name, description) { proposal }, name, OperatorJson.Default.AskedDecision,
            parsed => new AskedDecision(parsed.GetRequiredValue(proposal), parsed.GetRequiredValue(By)));
    }

    private static Command Doing<T>(
        Command command, string path, JsonTypeInfo<T> type, Func<ParseResult, T> body)
    {
        command.Add(Id);
        command.Add(By);
        command.Add(CommandLine.Data);
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            using var asked = JsonContent.Create(body(parsed), type);
            await server.PostAsync($"/api/exceptions/{parsed.GetValue(Id)}/{path}", asked, cancellation);
        }));
        return command;
    }

    private static string LineOf(ExceptionRow row)
    {
        var days = (TimeProvider.System.GetUtcNow() - UnixTime.FromMicroseconds(row.OpenedUs)).Days;
        var state = row.ResolvedBy is { } by ? $"{row.Resolution} by {by}"
            : row.Resolution ?? (row.Waits ? "waits" : "");
        return string.Join(
            '\t', row.Id, row.Cause, row.Detail, At(row.OpenedUs), days, row.Owner, row.CardNumber,
            row.Terminal is null ? "" : $"{row.Terminal}:{row.Sequence}", state);
    }

    private static string LineOf(ExceptionNote note) => $"{At(note.WrittenUs)} {note.WrittenBy}: {note.Note}";

    private static string LineOf(Resolution one)
    {
        var decided = one.DecidedBy is { } by ? $", decided by {by}" : "";
        var asked = $"{one.Number}: {At(one.AskedUs)} {one.AskedBy}: {one.Reason}";
        return $"{asked}, {one.Points} points, {one.State}{decided}";
    }

    private static string At(long us) => UnixTime.FromMicroseconds(us).UtcDateTime.ToString(
        "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Asked(string name, string? value) =>
        value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}
