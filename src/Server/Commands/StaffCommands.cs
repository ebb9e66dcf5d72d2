using System.CommandLine;
using System.Text;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server staff</c>.</summary>
internal static class StaffCommands
{
    private static readonly Argument<string> Name = new("name") { Description = "By which he logs in." };

    private static readonly Option<string[]> RoleCodes = new("--role")
    {
        Description =
            $"What he may do, any number: {string.Join(", ", Roles.All.Select(role => role.Code))}.",
        Required = true,
        HelpName = "ROLE",
    };

    private static readonly Option<long[]> Stores = new("--store")
    {
        Description = "Where he may do it, any number; without any, in the whole chain.",
        HelpName = "NUMBER",
    };

    private static readonly Option<string> Why = new("--why")
    {
        Description = "Kept in the log of changes.",
        Required = true,
    };

    public static Command Create() => new(
        "staff",
        """
        Who may log in and call, and what each may do where. The token in the data folder is an
        administrator's; whoever is of the staff has his own: `staff token`, then `staff connect`.
        """)
    {
        Add(), List(), Place(),
        Step("disable", "Shuts somebody out at once, his tokens too."),
        Step("enable", "Lets somebody in again."),
        Reset(), Token(), Tokens(), RevokeToken(), Connect(),
    };

    private static Command Add()
    {
        var command = new Command("add", "Lets somebody in, and prints a link by which he sets his password.")
        {
            Name, RoleCodes, Stores, Why, CommandLine.Data,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            using var asked = JsonContent.Create(
                new AskedStaff(
                    parsed.GetRequiredValue(Name), parsed.GetRequiredValue(RoleCodes),
                    parsed.GetRequiredValue(Why), parsed.GetValue(Stores)),
                OperatorJson.Default.AskedStaff);
            var given = await server.PostAsync(
                "/api/staff", asked, OperatorJson.Default.GivenInvitation, cancellation);
            await System.Console.Out.WriteLineAsync(given.Link);
        }));
        return command;
    }

    private static Command List()
    {
        var command = new Command(
            "list", "Prints a line each, with tabs between: name, roles, stores (* for all), state.")
        {
            CommandLine.Data,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var rows = await server.GetAsync(
                "/api/staff", OperatorJson.Default.IReadOnlyListStaffRow, cancellation);
            foreach (var row in rows)
            {
                var stores = StoreScope.Of([.. row.Stores]) ?? StoreScope.Chain;
                await System.Console.Out.WriteLineAsync(
                    $"{row.Name}\t{string.Join(' ', row.Roles)}\t{stores}\t{row.State}");
            }
        }));
        return command;
    }

    private static Command Place()
    {
        var command = new Command(
            "place", "Gives somebody these roles and stores instead of those he has, and ends his sessions.")
        {
            Name, RoleCodes, Stores, Why, CommandLine.Data,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            using var asked = JsonContent.Create(
                new AskedPlace(
                    parsed.GetRequiredValue(RoleCodes), parsed.GetRequiredValue(Why),
                    parsed.GetValue(Stores)),
                OperatorJson.Default.AskedPlace);
            await server.PutAsync(AddressOf(parsed), asked, cancellation);
        }));
        return command;
    }

    private static Command Step(string name, string description)
    {
        var command = new Command(name, description) { Name, Why, CommandLine.Data };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            using var asked = AskedWhy(parsed);
            await server.PostAsync($"{AddressOf(parsed)}/{name}", asked, cancellation);
        }));
        return command;
    }

    private static Command Reset()
    {
        var command = new Command(
            "reset", "Takes somebody's password away, and prints a link by which he sets a new one.")
        {
            Name, Why, CommandLine.Data,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            using var asked = AskedWhy(parsed);
            var given = await server.PostAsync(
                $"{AddressOf(parsed)}/reset", asked, OperatorJson.Default.GivenInvitation, cancellation);
            await System.Console.Out.WriteLineAsync(given.Link);
        }));
        return command;
    }

    private static Command Token()
    {
        var password = new Option<FileInfo>("--password-file")
        {
            Description = "File with his password, or /dev/stdin: nobody has a token in another's name.",
            Required = true,
            HelpName = "FILE",
        };
        var code = new Option<string?>("--code") { Description = "Of his app, where he has one." };
        var title = new Option<string>("--title") { Description = "What it is for.", Required = true };
        var days = new Option<int>("--days")
        {
            Description = $"Until it expires, {StaffTokens.DaysMost} at most.",
            DefaultValueFactory = _ => 90,
        };
        var command = new Command(
            "token", "Prints a token that does what its owner may, in his name. It is shown this once.")
        {
            Name, password, code, title, days, CommandLine.Data,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            using var asked = JsonContent.Create(
                new AskedStaffToken(
                    parsed.GetRequiredValue(Name), SecretIn(parsed.GetRequiredValue(password)),
                    parsed.GetRequiredValue(title), parsed.GetValue(days), parsed.GetValue(code)),
                OperatorJson.Default.AskedStaffToken);
            var given = await server.PostAsync(
                "/api/my/tokens", asked, OperatorJson.Default.GivenStaffToken, cancellation);
            await System.Console.Out.WriteLineAsync(given.Token);
        }));
        return command;
    }

    private static Command Tokens()
    {
        var command = new Command(
            "tokens", "Prints somebody's tokens, a line each: number, what for, expiry (UTC), state.")
        {
            Name, CommandLine.Data,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var tokens = await server.GetAsync(
                $"{AddressOf(parsed)}/tokens", OperatorJson.Default.IReadOnlyListStaffToken, cancellation);
            foreach (var token in tokens)
            {
                var expires = Storage.UnixTime.FromMicroseconds(token.ExpiresUs);
                await System.Console.Out.WriteLineAsync(
                    $"{token.Number}\t{token.Title}\t{expires:yyyy-MM-dd HH:mm}\t"
                    + (token.RevokedUs is null ? "" : "revoked"));
            }
        }));
        return command;
    }

    private static Command RevokeToken()
    {
        var number = new Argument<long>("number") { Description = "As staff tokens numbers it." };
        var command = new Command("revoke-token", "Makes a token void.") { Name, number, CommandLine.Data };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            await server.CallAsync(
                HttpMethod.Delete, $"{AddressOf(parsed)}/tokens/{parsed.GetRequiredValue(number)}",
                cancellation);
        }));
        return command;
    }

    // The other commands find the server and their token in a folder, whoever's it is.
    private static Command Connect()
    {
        var url = new Option<Uri>("--server")
        {
            Description = "Where browsers find it.",
            Required = true,
            CustomParser = ServeCommand.Url,
            HelpName = "URL",
        };
        var token = new Option<FileInfo>("--token-file")
        {
            Description = "File with one's token, or /dev/stdin.",
            Required = true,
            HelpName = "FILE",
        };
        var command = new Command(
            "connect", "Makes a folder of one's own, by which the other commands reach the server with "
            + "one's own token: give them this --data.")
        {
            CommandLine.Data, url, token,
        };
        command.SetAction((parsed, _) => CommandLine.Guarded(() =>
        {
            var folder = parsed.GetRequiredValue(CommandLine.Data).FullName;
            if (BookPresent(folder))
                throw new CommandException("data-present", $"{folder} is a server's.");
            PrivateFile.CreateFolder(folder);
            new Endpoints(parsed.GetRequiredValue(url).ToString().TrimEnd('/'), "", 0).Write(folder);
            PrivateFile.Replace(
                Path.Combine(folder, OperatorEndpoints.TokenFile),
                Encoding.ASCII.GetBytes(SecretIn(parsed.GetRequiredValue(token))));
            return Task.CompletedTask;
        }));
        return command;
    }

    private static bool BookPresent(string folder) =>
        File.Exists(Path.Combine(folder, Storage.BookHome.SqliteFile))
        || File.Exists(Path.Combine(folder, Storage.BookHome.PostgresFile));

    private static string AddressOf(ParseResult parsed) =>
        $"/api/staff/{Uri.EscapeDataString(parsed.GetRequiredValue(Name))}";

    private static JsonContent AskedWhy(ParseResult parsed) =>
        JsonContent.Create(new AskedWhy(parsed.GetRequiredValue(Why)), OperatorJson.Default.AskedWhy);

    private static string SecretIn(FileInfo file)
    {
        try
        {
            return File.ReadAllText(file.FullName).TrimEnd('\r', '\n');
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new CommandException("file-unreadable", wrong.Message);
        }
    }
}
