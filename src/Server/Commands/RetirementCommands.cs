using System.CommandLine;
using System.Globalization;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server card replace</c> and <c>server card retire</c>.</summary>
internal static class RetirementCommands
{
    public static Command Replace()
    {
        var reason = Reason(RetirementReason.OfReplacing);
        var command = new Command(
            "replace",
            "Takes a member's card out of use; its points go to the member's account, and from there to the "
            + "card that is issued to him next. Those of a lost or stolen card wait (Cards:LostCardHours) "
            + "for what terminals still have to tell; if it is found before, unblock it.")
        {
            CommandLine.Data, CardCommands.Card, reason, CardCommands.By,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(() =>
        {
            var asked = new AskedReplacement(
                parsed.GetRequiredValue(reason), parsed.GetRequiredValue(CardCommands.By));
            return SendAsync(
                parsed, "replace", JsonContent.Create(asked, OperatorJson.Default.AskedReplacement),
                cancellation);
        }));
        return command;
    }

    public static Command Retire()
    {
        var reason = Reason(RetirementReason.OfRetiring);
        var carry = new Option<bool>("--carry-points")
        {
            Description = "Points that it has go to its member's account; without it, it must have none.",
        };
        var command = new Command("retire", "Takes a card out of use that nobody replaces.")
        {
            CommandLine.Data, CardCommands.Card, reason, carry, CardCommands.By,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(() =>
        {
            var asked = new AskedRetirement(
                parsed.GetRequiredValue(reason), parsed.GetValue(carry),
                parsed.GetRequiredValue(CardCommands.By));
            return SendAsync(
                parsed, "retire", JsonContent.Create(asked, OperatorJson.Default.AskedRetirement),
                cancellation);
        }));
        return command;
    }

    private static Option<string> Reason(IReadOnlyList<string> reasons) => new("--reason")
    {
        Description = $"Why: {string.Join(", ", reasons)}.",
        Required = true,
    };

    private static async Task SendAsync(
        ParseResult parsed, string verb, HttpContent asked, CancellationToken cancellation)
    {
        using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
        using (asked)
        {
            var path = $"{CardCommands.PathOf(parsed)}/{verb}";
            var retirement = await server.PostAsync(
                path, asked, OperatorJson.Default.Retirement, cancellation);
            await System.Console.Out.WriteLineAsync(Words(retirement));
        }
    }

    private static string Words(Retirement retirement) => retirement.State == RetirementState.Waiting
        ? "blocked; its points go to the member's account at "
            + UnixTime.FromMicroseconds(retirement.DueUs).UtcDateTime
                .ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)
        : string.Create(
            CultureInfo.InvariantCulture,
            $"out of use; {retirement.Points} points are on the member's account");
}
