using System.CommandLine;
using SmartCardCrm.Server.Operator;

namespace SmartCardCrm.Server.Commands;

/// <summary>Commands about members of whom nobody knows who they are.</summary>
internal static class AnonymousCommands
{
    /// <summary>Takes one on.</summary>
    /// <returns>The member's number.</returns>
    public static async Task<long> AddAsync(OperatorClient server, CancellationToken cancellation)
    {
        using var asked = JsonContent.Create(new AskedAnonymous(), OperatorJson.Default.AskedAnonymous);
        var added = await server.PostAsync(
            "/api/members/anonymous", asked, OperatorJson.Default.Member, cancellation);
        await System.Console.Out.WriteLineAsync($"member {added.Id}, nobody knows who");
        return added.Id;
    }

    /// <summary><c>server member register</c>.</summary>
    public static Command Register()
    {
        var id = new Argument<long>("member") { Description = "Its number." };
        var name = new Option<string>("--name") { Description = "As people say it.", Required = true };
        var phone = new Option<string?>("--phone") { Description = "Any form." };
        var email = new Option<string?>("--email") { Description = "E-mail address." };
        var language = new Option<string>("--language")
        {
            Description = "In which terminals greet: en or ru.",
            DefaultValueFactory = _ => "en",
        };
        var command = new Command("register", "Writes down who a member is of whom nobody knew it.")
        {
            CommandLine.Data, id, name, phone, email, language, CardCommands.By,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var details = new AskedRegistration(
                parsed.GetRequiredValue(name), parsed.GetValue(phone), parsed.GetRequiredValue(language),
                parsed.GetValue(email), parsed.GetRequiredValue(CardCommands.By));
            using var asked = JsonContent.Create(details, OperatorJson.Default.AskedRegistration);
            await server.PostAsync($"/api/members/{parsed.GetValue(id)}/register", asked, cancellation);
        }));
        return command;
    }

    /// <summary><c>server card move</c>.</summary>
    public static Command Move()
    {
        var member = new Option<long>("--member") { Description = "Whose it is.", Required = true };
        var command = new Command(
            "move",
            "Gives the card of somebody unknown to a member, with its points and all that was done with it.")
        {
            CommandLine.Data, CardCommands.Card, member, CardCommands.By,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var move = new AskedMove(parsed.GetValue(member), parsed.GetRequiredValue(CardCommands.By));
            using var asked = JsonContent.Create(move, OperatorJson.Default.AskedMove);
            await server.PostAsync($"{CardCommands.PathOf(parsed)}/move", asked, cancellation);
        }));
        return command;
    }
}
