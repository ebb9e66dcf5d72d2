using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace SmartCardCrm.Server.Commands;

/// <summary>A command cannot be done. The message is for people, the code for scripts.</summary>
internal sealed class CommandException(string code, string message) : Exception(message)
{
    public string Code => code;
}

/// <summary>The server's command line. Exit codes: 0 done, 1 failed, 2 not understood.</summary>
internal static class CommandLine
{
    private const int Failed = 1;
    private const int NotUnderstood = 2;

    /// <summary>The folder of everything the server keeps; how the other commands find it and are let
    /// in.</summary>
    public static readonly Option<DirectoryInfo> Data = new("--data")
    {
        Description = "Folder of all that the server keeps; the other commands find the server by it.",
        Required = true,
        HelpName = "DIR",
    };

    /// <summary>An option that takes a day, yyyy-MM-dd.</summary>
    public static Option<DateOnly?> Day(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "yyyy-MM-dd",
        CustomParser = ParseDay,
    };

    public static DateOnly? ParseDay(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (DateOnly.TryParseExact(text, "O", CultureInfo.InvariantCulture, default, out var day))
            return day;
        argument.AddError($"'{text}' is no day like 2026-11-27.");
        return null;
    }

    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Root().Parse(args);
        var exit = await parsed.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
        });
        return parsed.Errors.Count > 0 ? NotUnderstood : exit;
    }

    /// <summary>Runs a command and says on standard error, in one line, why it could not be done.</summary>
    public static async Task<int> Guarded(Func<Task> command)
    {
        try
        {
            await command();
            return 0;
        }
        catch (CommandException failure)
        {
            await System.Console.Error.WriteLineAsync($"{failure.Code}: {failure.Message}");
            return Failed;
        }
    }

    private static RootCommand Root()
    {
        var root = new RootCommand(
            """
            SmartCardCrm's server: the customer base, the ledger, and the door for terminals.

            First start:
              server serve --data DIR --vault-passphrase-file FILE
            makes all keys and prints a link for the first administrator. Then, on the same machine:
              server terminal token --data DIR --name "Till 1" --store 1 > till-1.token
              server member add --data DIR --name "Anna"
              server card issue --data DIR --member 1 --terminal 1
            """)
        {
            ServeCommand.Create(),
            MemberCommands.Create(),
            TerminalCommands.Create(),
            CardCommands.Create(),
            RuleCommands.Create(),
            CheckCommand.Create(),
            AuditCommand.Create(),
            VaultCommands.Create(),
            AuthorityCommands.Create(),
            StaffCommands.Create(),
            ExceptionCommands.Create(),
            PeriodCommands.Create(),
            TierCommands.Create(),
            CertificateCommands.Create(),
            OpeningCommands.Create(),
            ReportCommand.Create(),
        };
        foreach (var command in BackupCommands.Create())
            root.Add(command);
        return root;
    }
}
