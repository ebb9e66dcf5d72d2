using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server rules</c>.</summary>
internal static class RuleCommands
{
    private static readonly Option<string> By = new("--by")
    {
        Description = "Who does it.",
        DefaultValueFactory = _ => AuditActor.Operator,
    };

    private static readonly Argument<long> DraftNumber = new("draft") { Description = "The draft's number." };

    public static Command Create() => new(
        "rules", "What points are given and taken for: drafts, tries, publishing. docs/rules.md explains.")
    {
        List(),
        Draft(),
        RuleTries.Preview(),
        RuleTries.BackTest(),
        Step("publish", "Publishes a draft now, and prints its version.", PublishedAs),
        Schedule(),
        Step("withdraw", "Takes back that a draft is to be published.", _ => null),
        Discard(),
        Retire(),
    };

    private static Command List()
    {
        var command = new Command(
            "list",
            "Prints published versions (number, programme, in-force, published or retired, when in UTC) and "
            + "then drafts (draft and number, programme, state, version or time to publish, author, name).")
        {
            CommandLine.Data,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            foreach (var version in await server.GetAsync(
                "/api/rule-sets", OperatorJson.Default.IReadOnlyListRuleVersion, cancellation))
            {
                var state = version.InForce ? "in-force"
                    : version.RetiredUs is null ? "published"
                    : "retired";
                await SayAsync(version.Version, version.Programme, state, Time(version.PublishedUs));
            }

            foreach (var draft in await server.GetAsync(
                "/api/rule-drafts", OperatorJson.Default.IReadOnlyListRuleDraft, cancellation))
            {
                await SayAsync(
                    $"draft {draft.Id}", draft.Programme, CodeOf(draft.State),
                    draft.Version?.ToString(CultureInfo.InvariantCulture)
                        ?? (draft.PublishUs is { } at ? Time(at) : "-"),
                    draft.Author, draft.Name);
            }
        }));
        return command;
    }

    private static Command Draft()
    {
        var file = new Argument<FileInfo>("file") { Description = "The rule set, JSON, or /dev/stdin." };
        var name = new Option<string>("--name") { Description = "As people call it.", Required = true };
        var edit = new Option<long?>("--edit")
        {
            Description = "Writes it into this draft, instead of beginning a new one.",
        };
        var command = new Command(
            "draft", "Checks and keeps rules that are not published yet; prints the draft's number.")
        {
            CommandLine.Data, file, name, edit, By,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var asked = new AskedDraft(
                parsed.GetRequiredValue(name), await ReadAsync(parsed.GetRequiredValue(file), cancellation),
                parsed.GetRequiredValue(By));
            var draft = parsed.GetValue(edit) is { } number
                ? await EditAsync(server, number, asked, cancellation)
                : await server.PostAsync(
                    "/api/rule-drafts", Content(asked), OperatorJson.Default.RuleDraft, cancellation);
            await System.Console.Out.WriteLineAsync($"{draft.Id}");
        }));
        return command;
    }

    private static async Task<RuleDraft> EditAsync(
        OperatorClient server, long number, AskedDraft asked, CancellationToken cancellation)
    {
        var now = await server.GetAsync(
            $"/api/rule-drafts/{number}", OperatorJson.Default.DraftWithRules, cancellation);
        return await server.PutAsync(
            $"/api/rule-drafts/{number}", Content(asked with { Revision = now.Draft.Revision }),
            OperatorJson.Default.RuleDraft, cancellation);
    }

    private static Command Schedule()
    {
        var at = new Option<string>("--at")
        {
            Description = "When: 2026-12-01T06:00 by the clock of the programme's zone, or with Z or +01:00.",
            Required = true,
        };
        var command = new Command(
            "schedule", "Has a draft published at a time, by the server itself, also after a restart.")
        {
            CommandLine.Data, DraftNumber, at, By,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            using var asked = JsonContent.Create(
                new AskedStep(parsed.GetRequiredValue(By), parsed.GetRequiredValue(at)),
                OperatorJson.Default.AskedStep);
            var draft = await server.PostAsync(
                $"/api/rule-drafts/{parsed.GetValue(DraftNumber)}/schedule", asked,
                OperatorJson.Default.RuleDraft, cancellation);
            await System.Console.Out.WriteLineAsync($"{Time(draft.PublishUs!.Value)} UTC");
        }));
        return command;
    }

    private static Command Step(string verb, string what, Func<RuleDraft, string?> told)
    {
        var command = new Command(verb, what) { CommandLine.Data, DraftNumber, By };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            using var asked = JsonContent.Create(
                new AskedStep(parsed.GetRequiredValue(By)), OperatorJson.Default.AskedStep);
            var draft = await server.PostAsync(
                $"/api/rule-drafts/{parsed.GetValue(DraftNumber)}/{verb}", asked,
                OperatorJson.Default.RuleDraft, cancellation);
            if (told(draft) is { } line)
                await System.Console.Out.WriteLineAsync(line);
        }));
        return command;
    }

    private static Command Discard()
    {
        var command = new Command("discard", "Throws a draft away.") { CommandLine.Data, DraftNumber, By };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var by = Uri.EscapeDataString(parsed.GetRequiredValue(By));
            await server.DeleteAsync(
                $"/api/rule-drafts/{parsed.GetValue(DraftNumber)}?by={by}", OperatorJson.Default.RuleDraft,
                cancellation);
        }));
        return command;
    }

    private static Command Retire()
    {
        var version = new Argument<long>("version") { Description = "A version that is not in force." };
        var command = new Command(
            "retire",
            "Marks a version as one to which nobody goes back. Returns of its sales go by it still.")
        {
            CommandLine.Data, version, By,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            using var asked = JsonContent.Create(
                new AskedStep(parsed.GetRequiredValue(By)), OperatorJson.Default.AskedStep);
            await server.PostAsync(
                $"/api/rule-sets/{parsed.GetValue(version)}/retire", asked, cancellation);
        }));
        return command;
    }

    /// <summary>A JSON file that somebody names.</summary>
    /// <exception cref="CommandException">It cannot be read, or is no JSON.</exception>
    public static async Task<JsonElement> ReadAsync(FileInfo file, CancellationToken cancellation)
    {
        try
        {
            using var read = JsonDocument.Parse(await File.ReadAllBytesAsync(file.FullName, cancellation));
            return read.RootElement.Clone();
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandException("file-unreadable", $"{file}: {wrong.Message}");
        }
    }

    private static JsonContent Content(AskedDraft asked) =>
        JsonContent.Create(asked, OperatorJson.Default.AskedDraft);

    private static string PublishedAs(RuleDraft draft) => $"{draft.Version}";

    private static string CodeOf(DraftState state) =>
        JsonNamingPolicy.KebabCaseLower.ConvertName(state.ToString());

    private static string Time(long us) => UnixTime.FromMicroseconds(us).UtcDateTime.ToString(
        "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static Task SayAsync(params object[] columns) =>
        System.Console.Out.WriteLineAsync(string.Join('\t', columns));
}
