using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SmartCardCrm.Terminal.Commands;

/// <summary>What every verb of <c>terminal till</c> has: where the terminal is, and how it speaks.</summary>
internal sealed class TillVerb
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    private readonly Option<DirectoryInfo> _data = CommonOptions.DataFolder();
    private readonly TimeProvider _clock;

    private readonly Option<bool> _json = new("--json")
    {
        Description = "For machines: the Till API's own answer, as /v1/openapi.json describes it.",
    };

    private readonly Option<string> _language = new("--language")
    {
        Description = "Of receipts and of what the cashier is told.",
        DefaultValueFactory = _ => "en",
    };

    private readonly Option<int> _width = new("--width")
    {
        Description = "Characters in a line of a receipt, 24 to 80.",
        DefaultValueFactory = _ => Receipts.Paper.WidthUsual,
    };

    private readonly Option<string?> _key = new("--key")
    {
        HelpName = "NAME",
        Description = "The till's own name for this call (Idempotency-Key). The same again under the same "
            + "name does nothing twice. Left out, a new one.",
    };

    public TillVerb(TimeProvider clock)
    {
        _clock = clock;
        _language.AcceptOnlyFromAmong("en", "ru");
    }

    /// <summary>A verb that only asks.</summary>
    public Command Asks(
        string name, string description, IEnumerable<Symbol> more,
        Func<TillCaller, ParseResult, CancellationToken, Task> work)
    {
        var command = new Command(name, description) { _data, _json, _language, _width };
        AddTo(command, more);
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var caller = TillCaller.Open(
                parsed.GetRequiredValue(_data), parsed.GetRequiredValue(_language));
            await work(caller, parsed, cancellation);
        }));
        return command;
    }

    /// <summary>A verb that posts, and follows what it posted to its end.</summary>
    /// <param name="name">Of the verb.</param>
    /// <param name="description">For <c>--help</c>.</param>
    /// <param name="more">Options and arguments of its own.</param>
    /// <param name="path">Where it posts.</param>
    /// <param name="body">What it posts.</param>
    /// <param name="before">What is to be done first.</param>
    public Command Posts<T>(
        string name, string description, IEnumerable<Symbol> more, string path,
        (JsonTypeInfo<T> Shape, Func<ParseResult, T> Of) body,
        Action<TillCaller, ParseResult>? before = null) =>
        Asks(name, description, more.Append(_key), async (caller, parsed, cancellation) =>
        {
            before?.Invoke(caller, parsed);
            var begun = await caller.Post(path, body.Of(parsed), body.Shape, KeyOf(parsed), cancellation);
            await Follow(caller, parsed, begun, cancellation);
        });

    public string KeyOf(ParseResult parsed) =>
        parsed.GetValue(_key) ?? $"command-{Guid.CreateVersion7(_clock.GetUtcNow())}";

    /// <summary>A receipt for people, or its own answer for machines.</summary>
    /// <param name="of">What it is the receipt of: the path of that.</param>
    public async Task Print(
        TillCaller caller, ParseResult parsed, string of, CancellationToken cancellation)
    {
        var isJson = parsed.GetValue(_json);
        var path = isJson ? of : FormattableString.Invariant($"{of}/receipt?width={parsed.GetValue(_width)}");
        var answer = await caller.Get(path, cancellation);
        await Console.Out.WriteAsync(isJson ? $"{answer}\n" : answer.GetProperty("text").GetString());
    }

    /// <summary>The checkout itself: its answer for machines, a line for people.</summary>
    public Task Tell(ParseResult parsed, JsonElement checkout) => Console.Out.WriteLineAsync(
        parsed.GetValue(_json)
            ? checkout.ToString()
            : $"{Text(checkout, "id")} {Text(checkout, "state")}: {Cashier(checkout)}");

    // Ctrl-C cancels what waits for a card; the end is awaited all the same, for a card may have been
    // quicker.
    private async Task Follow(
        TillCaller caller, ParseResult parsed, JsonElement checkout, CancellationToken cancellation)
    {
        var path = $"/v1/checkouts/{Text(checkout, "id")}";
        var told = "";
        while (!IsOver(checkout))
        {
            if (told != Cashier(checkout))
                await Console.Error.WriteLineAsync(told = Cashier(checkout));
            try
            {
                await Task.Delay(LookEvery, _clock, cancellation);
            }
            catch (OperationCanceledException)
            {
                await caller.Delete(path, CancellationToken.None);
                cancellation = CancellationToken.None;
            }

            checkout = await caller.Get(path, CancellationToken.None);
        }

        await Print(caller, parsed, path, CancellationToken.None);
        if (Text(checkout, "state") is not ("completed" or "answered"))
            throw new CommandException(Reason(checkout), Cashier(checkout));
    }

    private static string Reason(JsonElement checkout) =>
        checkout.GetProperty("declineReason").GetString() ?? Text(checkout, "state").Replace('_', '-');

    private static bool IsOver(JsonElement checkout) => Text(checkout, "state")
        is "completed" or "answered" or "declined" or "cancelled" or "abandoned" or "timed_out";

    private static string Cashier(JsonElement checkout) => Text(checkout.GetProperty("message"), "cashier");

    private static string Text(JsonElement answer, string name) => answer.GetProperty(name).GetString() ?? "";

    private static void AddTo(Command command, IEnumerable<Symbol> more)
    {
        foreach (var symbol in more)
        {
            if (symbol is Argument argument)
                command.Arguments.Add(argument);
            else if (symbol is Option option)
                command.Options.Add(option);
        }
    }
}
