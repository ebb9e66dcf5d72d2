using System.CommandLine;
using SmartCardCrm.Server.Operator;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server member</c>.</summary>
internal static class MemberCommands
{
    public static Command Create() => new("member", "Members of the programme.")
    {
        Add(), AnonymousCommands.Register(), Erase(), List(),
    };

    private static Command Add()
    {
        var name = new Option<string>("--name") { Description = "As people say it.", Required = true };
        var phone = new Option<string?>("--phone")
        {
            Description = "Any form. Without the card, the member is found by it, or by the address.",
        };
        var email = new Option<string?>("--email") { Description = "E-mail address." };
        var language = new Option<string>("--language")
        {
            Description = "In which terminals greet: en or ru.",
            DefaultValueFactory = _ => "en",
        };
        var command = new Command("add", "Takes on a member and prints the number.")
        {
            CommandLine.Data, name, phone, email, language,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var member = new AskedMember(
                parsed.GetRequiredValue(name), parsed.GetValue(phone), parsed.GetRequiredValue(language),
                parsed.GetValue(email));
            using var asked = JsonContent.Create(member, OperatorJson.Default.AskedMember);
            var added = await server.PostAsync(
                "/api/members", asked, OperatorJson.Default.Member, cancellation);
            await System.Console.Out.WriteLineAsync($"{added.Id}");
        }));
        return command;
    }

    private static Command Erase()
    {
        var id = new Argument<long>("member") { Description = "The member's number." };
        var command = new Command(
            "erase",
            "Forgets who a member is: name, number and address at once, what stands on a card at its next "
            + "tap. Cards and points go on, as those of somebody unknown.")
        {
            CommandLine.Data, id, CardCommands.By,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            using var asked = JsonContent.Create(
                new AskedErasure(parsed.GetRequiredValue(CardCommands.By)),
                OperatorJson.Default.AskedErasure);
            await server.PostAsync(
                $"/api/members/{parsed.GetRequiredValue(id)}/erase", asked, cancellation);
        }));
        return command;
    }

    private static Command List()
    {
        var find = new Option<string?>("--find") { Description = "Part of a name, phone number or address." };
        var command = new Command("list", "Prints number, name and language of members.")
        {
            CommandLine.Data, find,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var text = Uri.EscapeDataString(parsed.GetValue(find) ?? "");
            var path = $"/api/members?take={OperatorEndpoints.RowsMost}&text={text}";
            var page = await server.GetAsync(path, OperatorJson.Default.PageMember, cancellation);
            foreach (var member in page.Rows)
                await System.Console.Out.WriteLineAsync($"{member.Id}\t{member.Name}\t{member.Language}");
        }));
        return command;
    }
}
