using System.CommandLine;
using SmartCardCrm.Server.Backup;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server backup</c>, <c>server restore</c>, <c>server verify</c> and <c>server
/// rebuild</c>.</summary>
internal static class BackupCommands
{
    // Entries between two signs of life.
    private const long ProgressEvery = 100_000;

    private static readonly Option<DirectoryInfo> To = new("--to")
    {
        Description = "The backup's folder, which is not there yet; it is whole when the command ends well.",
        Required = true,
        HelpName = "FOLDER",
    };

    private static readonly Option<DirectoryInfo> From = new("--from")
    {
        Description = "The backup's folder.",
        Required = true,
        HelpName = "FOLDER",
    };

    public static IEnumerable<Command> Create() => [Backup(), Restore(), Verify(), Rebuild()];

    private static Command Backup()
    {
        var command = new Command(
            "backup",
            """
            Copies book, vault and settings, while the server runs or not. Run it as the server's user.

              server backup --data DIR --to /BACKUP/2026-11-26

            The passphrase of the vault is not in it: keep that in another place.
            """)
        {
            CommandLine.Data, To,
        };
        command.SetAction((parsed, _) => Guarded(async () =>
        {
            var manifest = ServerBackup.Make(
                parsed.GetRequiredValue(CommandLine.Data).FullName, parsed.GetRequiredValue(To).FullName,
                Release.Text, TimeProvider.System);
            foreach (var file in manifest.Files)
                await System.Console.Out.WriteLineAsync($"{file.Name}: {file.Bytes} bytes");
        }));
        return command;
    }

    private static Command Restore()
    {
        var command = new Command(
            "restore",
            """
            Makes a data folder of a backup, and verifies it. Terminals then send again what it lacks.

              server restore --from /BACKUP/2026-11-26 --data NEWDIR --vault-passphrase-file FILE

            A backup of PostgreSQL goes into an empty database, whose address is in NEWDIR/book.postgres
            beforehand. Members, cards, terminals and rules that the old server numbered after the backup are
            unknown; their numbers are not given out again.
            """)
        {
            From, CommandLine.Data, ServeCommand.Passphrase,
        };
        command.SetAction((parsed, _) => Guarded(async () =>
        {
            var (from, data) = (
                parsed.GetRequiredValue(From).FullName, parsed.GetRequiredValue(CommandLine.Data).FullName);
            // Before anything is written: whoever lacks the passphrase has no use for the rest.
            using var vault = OpenVault(from, parsed.GetRequiredValue(ServeCommand.Passphrase));
            var manifest = ServerBackup.Restore(from, data, TimeProvider.System);
            await System.Console.Out.WriteLineAsync($"taken: {manifest.TakenAt:O}");
            await VerifyAsync(data, vault);
            ServerBackup.Finish(data);
        }));
        return command;
    }

    private static Command Verify()
    {
        var command = new Command(
            "verify",
            """
            Verifies the book from the ground: the journals are what terminals wrote, what was posted is what
            cards have signed, and the ledger is what was posted. It needs the vault, and no server.
            """)
        {
            CommandLine.Data, ServeCommand.Passphrase,
        };
        command.SetAction((parsed, _) => Guarded(async () =>
        {
            var data = parsed.GetRequiredValue(CommandLine.Data).FullName;
            using var vault = OpenVault(data, parsed.GetRequiredValue(ServeCommand.Passphrase));
            await VerifyAsync(data, vault);
        }));
        return command;
    }

    private static Command Rebuild()
    {
        var command = new Command(
            "rebuild",
            """
            Computes again what the book keeps only to be quick: where journals end, how far cards are known,
            in which stores, and what terminals are told. It believes journals, transactions and documents:
            `server verify` first. The server is stopped. Prints what was otherwise, and puts it right.
            """)
        {
            CommandLine.Data,
        };
        command.SetAction((parsed, _) => Guarded(async () =>
        {
            var data = parsed.GetRequiredValue(CommandLine.Data).FullName;
            if (!BookHome.HasBook(data))
                throw new CommandException("book-absent", $"There is no book in {data}.");
            using var only = ServeCommand.OnlyOne(data);
            using var book = BookHome.Open(data);
            var rebuild = new BookRebuild(book, TimeProvider.System);
            foreach (var part in rebuild.Run((name, rows) =>
            {
                if (rows % ProgressEvery == 0)
                    System.Console.Error.WriteLine($"{name}: {rows} …");
            }))
            {
                await System.Console.Out.WriteLineAsync(
                    $"{part.Part}: {part.Looked} compared, {part.Differences.Count} put right");
                foreach (var difference in part.Differences)
                    await System.Console.Out.WriteLineAsync(difference);
            }
        }));
        return command;
    }

    // Never a new one.
    private static KeyVault OpenVault(string folder, FileInfo passphrase) =>
        VaultHome.Exists(folder)
            ? ServeCommand.OpenVault(folder, passphrase.FullName)
            : throw new CommandException("vault-absent", $"There is no vault in {folder}.");

    private static async Task VerifyAsync(string data, KeyVault vault)
    {
        if (!BookHome.HasBook(data))
            throw new CommandException("book-absent", $"There is no book in {data}.");
        using var book = BookHome.Open(data);
        var told = 0L;
        var result = new BookVerification(book, vault).Run(entries =>
        {
            if (entries - told < ProgressEvery)
                return;
            told = entries;
            System.Console.Error.WriteLine($"{entries} entries …");
        });
        await System.Console.Out.WriteLineAsync($"terminals: {result.Terminals}");
        await System.Console.Out.WriteLineAsync($"entries: {result.Entries}");
        await System.Console.Out.WriteLineAsync($"proven again: {result.Proven}");
        await System.Console.Out.WriteLineAsync($"without a signature of their own: {result.Unsigned}");
        await System.Console.Out.WriteLineAsync($"faults: {result.Faults.Count}");
        foreach (var fault in result.Faults)
            await System.Console.Error.WriteLineAsync(fault);
        if (result.Faults.Count > 0)
        {
            throw new CommandException(
                "verify-failed", "The book is not what terminals and cards have said. Do not serve it.");
        }
    }

    private static Task<int> Guarded(Func<Task> command) => CommandLine.Guarded(async () =>
    {
        try
        {
            await command();
        }
        catch (BackupException wrong)
        {
            throw new CommandException(wrong.Code, wrong.Message);
        }
        catch (BookException wrong)
        {
            throw new CommandException(wrong.Code, wrong.Message);
        }
    });
}
