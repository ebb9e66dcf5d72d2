using System.CommandLine;
using System.Security.Cryptography;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server vault</c>: what is done with the chain's keys, beside a server or far from
/// it.</summary>
internal static class VaultCommands
{
    // A card remembers the versions of these; of the others there is one.
    private static readonly Dictionary<string, CardKeyNumber> Rotating = new[]
    {
        CardKeyNumber.Issuer, CardKeyNumber.Enquiry, CardKeyNumber.Sale, CardKeyNumber.TransactionMac,
    }.ToDictionary(VaultKeyName.Of, StringComparer.Ordinal);

    private const string Authority = "authority";

    public static Command Create() => new(
        "vault",
        """
        The chain's keys: a sealed file DIR/vault, or a PKCS#11 token that DIR/vault.token names. What is made
        here holds from the next start of the server.
        """)
    {
        Init(), List(), Rotate(), Split(), Combine(), Load(),
    };

    /// <summary>Works with the passphrase that a file holds, and zeroes it.</summary>
    /// <exception cref="CommandException">It cannot be read, or the vault says no.</exception>
    public static T WithPassphrase<T>(string path, Func<ReadOnlySpan<byte>, T> work)
    {
        var passphrase = ReadPassphrase(path);
        try
        {
            return work(passphrase.AsSpan().TrimEnd("\r\n"u8));
        }
        catch (VaultException locked)
        {
            throw new CommandException(locked.Code, locked.Message);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(passphrase);
        }
    }

    private static Command Init()
    {
        var command = new Command(
            "init",
            """
            Makes a sealed vault with new keys, where there is none: at the ceremony before the first start,
            on a machine of its own. `serve` does the same at its first start.
            """)
        {
            CommandLine.Data, ServeCommand.Passphrase,
        };
        command.SetAction((parsed, _) => CommandLine.Guarded(async () =>
        {
            var data = FolderWithoutVault(parsed);
            using var vault = ServeCommand.OpenVault(data, PassphraseOf(parsed));
            await PrintAsync(vault);
        }));
        return command;
    }

    private static Command List()
    {
        var command = new Command(
            "list",
            """
            Prints the keys: each master with its version and check value (KCV), each authority with the
            SHA-256 of its certificate. No secret among it.
            """)
        {
            CommandLine.Data, ServeCommand.Passphrase,
        };
        command.SetAction((parsed, _) => CommandLine.Guarded(async () =>
        {
            var data = parsed.GetRequiredValue(CommandLine.Data).FullName;
            if (!VaultHome.Exists(data))
                throw Absent(data);
            using var vault = ServeCommand.OpenVault(data, PassphraseOf(parsed));
            await PrintAsync(vault);
        }));
        return command;
    }

    private static Command Rotate()
    {
        var key = new Argument<string>("key") { Description = "What gets a new version." };
        key.AcceptOnlyFromAmong([.. Rotating.Keys, Authority]);
        var command = new Command(
            "rotate",
            """
            Adds a new version of a key to a sealed vault. New cards get it, terminals get all versions;
            `authority` adds one that the server tells terminals of: `server authority --help`. Split the
            vault again.
            """)
        {
            key, CommandLine.Data, ServeCommand.Passphrase,
        };
        command.SetAction((parsed, _) => CommandLine.Guarded(async () =>
        {
            var path = SealedIn(parsed.GetRequiredValue(CommandLine.Data).FullName);
            var name = parsed.GetRequiredValue(key);
            using var vault = WithPassphrase(PassphraseOf(parsed), passphrase =>
            {
                var content = VaultFile.Open(path, passphrase);
                if (name == Authority)
                    content.AddAuthority(TimeProvider.System.GetUtcNow());
                else
                    content.AddMaster(Rotating[name], RandomNumberGenerator.Fill);
                VaultFile.Write(path, content, passphrase, RandomNumberGenerator.Fill);
                return KeyVault.Holding(content);
            });
            await PrintAsync(vault);
        }));
        return command;
    }

    private static Command Split()
    {
        var shares = new Option<int>("--shares") { Description = "How many, 2 to 255.", Required = true };
        var threshold = new Option<int>("--threshold")
        {
            Description = "How many restore the vault, 2 to --shares.",
            Required = true,
        };
        var to = new Option<DirectoryInfo>("--to")
        {
            Description = "Folder for the shares, which is not there yet.",
            Required = true,
            HelpName = "FOLDER",
        };
        var command = new Command(
            "split",
            """
            Writes a backup of a sealed vault as shares, a file each: give each to another person, on paper or
            on a medium of its own, and delete the folder. Fewer than the threshold say nothing about the
            keys.

              server vault split --shares 5 --threshold 3 --to /media/shares --data DIR
              --vault-passphrase-file FILE
            """)
        {
            shares, threshold, to, CommandLine.Data, ServeCommand.Passphrase,
        };
        command.SetAction((parsed, _) => CommandLine.Guarded(async () =>
        {
            var (count, least) = (parsed.GetRequiredValue(shares), parsed.GetRequiredValue(threshold));
            if (least < 2 || least > count || count > byte.MaxValue)
                throw new CommandException("share-numbers", "It takes 2 or more, of at most 255.");
            var folder = parsed.GetRequiredValue(to).FullName;
            if (Directory.Exists(folder))
                throw new CommandException("shares-present", $"{folder} is there already.");
            var path = SealedIn(parsed.GetRequiredValue(CommandLine.Data).FullName);
            var made = WithPassphrase(PassphraseOf(parsed), passphrase =>
            {
                using var content = VaultFile.Open(path, passphrase);
                return VaultShare.Split(content, count, least, RandomNumberGenerator.Fill);
            });
            PrivateFile.CreateFolder(folder);
            foreach (var share in made)
            {
                var file = Path.Combine(folder, $"share-{share.Number}-of-{share.Shares}.txt");
                PrivateFile.Replace(file, System.Text.Encoding.ASCII.GetBytes(share.ToText()));
                share.Dispose();
                await System.Console.Out.WriteLineAsync(file);
            }
        }));
        return command;
    }

    private static Command Combine()
    {
        var share = new Option<FileInfo[]>("--share")
        {
            Description = "A share; as many as the threshold says.",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
            HelpName = "FILE",
        };
        var command = new Command(
            "combine",
            """
            Restores a sealed vault from shares into a folder without one, under a passphrase that may be
            another.

              server vault combine --share 1.txt 3.txt 4.txt --data DIR --vault-passphrase-file FILE
            """)
        {
            share, CommandLine.Data, ServeCommand.Passphrase,
        };
        command.SetAction((parsed, _) => CommandLine.Guarded(async () =>
        {
            var data = FolderWithoutVault(parsed);
            var texts = parsed.GetRequiredValue(share).Select(file => ReadShare(file.FullName)).ToList();
            WithPassphrase(PassphraseOf(parsed), passphrase =>
            {
                var given = texts.ConvertAll(VaultShare.FromText);
                using var content = VaultShare.Combine(given);
                given.ForEach(one => one.Dispose());
                PrivateFile.CreateFolder(data);
                VaultFile.Write(VaultHome.PathIn(data), content, passphrase, RandomNumberGenerator.Fill);
                return given.Count;
            });
            using var vault = ServeCommand.OpenVault(data, PassphraseOf(parsed));
            await PrintAsync(vault);
        }));
        return command;
    }

    private static Command Load()
    {
        var module = new Option<FileInfo>("--module")
        {
            Description = "The PKCS#11 library of the token's maker.",
            Required = true,
            HelpName = "FILE",
        };
        var token = new Option<string>("--token")
        {
            Description = "The token's label.",
            Required = true,
            HelpName = "LABEL",
        };
        var pin = new Option<FileInfo>("--pin-file")
        {
            Description = "File with the token's PIN, or /dev/stdin.",
            Required = true,
            HelpName = "FILE",
        };
        var command = new Command(
            "load",
            """
            Puts the keys of a sealed vault into a token, as far as it has not got them, and names the token
            in DIR/vault.token. From then on --vault-passphrase-file holds the PIN. Split the vault first, and
            take DIR/vault away: the server does not start beside it. Out of the token nothing can be split or
            rotated.
            """)
        {
            module, token, pin, CommandLine.Data, ServeCommand.Passphrase,
        };
        command.SetAction((parsed, _) => CommandLine.Guarded(async () =>
        {
            var data = parsed.GetRequiredValue(CommandLine.Data).FullName;
            var home = new TokenHome(
                parsed.GetRequiredValue(module).FullName, parsed.GetRequiredValue(token));
            using var content = WithPassphrase(
                PassphraseOf(parsed), passphrase => VaultFile.Open(SealedIn(data), passphrase));
            var added = WithPassphrase(
                parsed.GetRequiredValue(pin).FullName, code => TokenKeys.Load(home, code, content));
            home.Save(data);
            await System.Console.Out.WriteLineAsync($"put in: {added}");
        }));
        return command;
    }

    private static async Task PrintAsync(KeyVault vault)
    {
        foreach (var key in vault.Names)
        {
            await System.Console.Out.WriteLineAsync(
                $"{VaultKeyName.Of(key.Number)}\t{key.Version}\t{key.CheckValue}");
        }

        foreach (var authority in vault.Authorities)
            await System.Console.Out.WriteLineAsync($"{Authority}\t{authority.Fingerprint}");
    }

    private static string PassphraseOf(ParseResult parsed) =>
        parsed.GetRequiredValue(ServeCommand.Passphrase).FullName;

    private static string FolderWithoutVault(ParseResult parsed)
    {
        var data = parsed.GetRequiredValue(CommandLine.Data).FullName;
        if (VaultHome.Exists(data))
            throw new CommandException("vault-present", $"{data} has a vault already.");
        PrivateFile.CreateFolder(data);
        return data;
    }

    private static string SealedIn(string data)
    {
        if (!VaultHome.Exists(data))
            throw Absent(data);
        return File.Exists(VaultHome.PathIn(data))
            ? VaultHome.PathIn(data)
            : throw new CommandException(
                "vault-in-token",
                $"The keys of {data} are in a token, which gives nothing out: do it with the sealed vault, "
                + "and load that into the token.");
    }

    private static CommandException Absent(string data) =>
        new("vault-absent", $"There is no vault in {data}.");

    private static string ReadShare(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            throw new CommandException("share-unreadable", missing.Message);
        }
    }

    private static byte[] ReadPassphrase(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            throw new CommandException("vault-passphrase", missing.Message);
        }
    }
}
