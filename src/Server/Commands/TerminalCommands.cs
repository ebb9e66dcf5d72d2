using System.CommandLine;
using System.Globalization;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server terminal</c>.</summary>
internal static class TerminalCommands
{
    public static Command Create() =>
        new("terminal", "Terminals: let in, look after, shut out.") { Token(), List(), Revoke() };

    private static Command Token()
    {
        var name = new Option<string>("--name") { Description = "As people call it.", Required = true };
        var store = new Option<uint>("--store") { Description = "Its store's number.", Required = true };
        var zone = new Option<string>("--zone")
        {
            Description = "The store's time zone, IANA.",
            DefaultValueFactory = _ => "UTC",
        };
        var command = new Command(
            "token",
            "Prints a token that lets in one terminal, once. It is a secret: send it into a file.")
        {
            CommandLine.Data, name, store, zone,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var place = new AskedToken(
                parsed.GetRequiredValue(name), parsed.GetValue(store), parsed.GetRequiredValue(zone));
            using var asked = JsonContent.Create(place, OperatorJson.Default.AskedToken);
            var given = await server.PostAsync(
                "/api/terminals/tokens", asked, OperatorJson.Default.GivenToken, cancellation);
            var end = UnixTime.FromMicroseconds(given.ExpiresUs).ToString("u", CultureInfo.InvariantCulture);
            await System.Console.Out.WriteLineAsync(given.Token);
            await System.Console.Error.WriteLineAsync($"Void after {end}.");
        }));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Prints number, store, state and name of terminals.")
        {
            CommandLine.Data,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var rows = await server.GetAsync(
                "/api/terminals", OperatorJson.Default.IReadOnlyListTerminalRow, cancellation);
            foreach (var row in rows)
            {
                var state = row.Terminal.RevokedUs is not null ? "revoked"
                    : row.Connected ? "connected"
                    : "away";
                await System.Console.Out.WriteLineAsync(
                    $"{row.Terminal.Number}\t{row.Terminal.Store}\t{state}\t{row.Terminal.Name}");
            }
        }));
        return command;
    }

    private static Command Revoke()
    {
        var number = new Argument<uint>("number") { Description = "The terminal's number." };
        var command = new Command("revoke", "Shuts a terminal out for good and ends its connections at once.")
        {
            CommandLine.Data, number,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            await server.CallAsync(
                HttpMethod.Post, $"/api/terminals/{parsed.GetValue(number)}/revoke", cancellation);
        }));
        return command;
    }
}
