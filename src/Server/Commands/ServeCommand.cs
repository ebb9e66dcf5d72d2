using System.CommandLine;
using System.CommandLine.Parsing;
using System.Security.Cryptography;
using SmartCardCrm.Server.Backup;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server serve</c>.</summary>
internal static class ServeCommand
{
    private static readonly Option<Uri> Urls = new("--urls")
    {
        Description = "Where browsers and scripts find it. http on loopback only; port 0 takes a free one.",
        DefaultValueFactory = _ => new Uri("http://127.0.0.1:5080"),
        CustomParser = Url,
        HelpName = "URL",
    };

    private static readonly Option<Uri> Grpc = new("--grpc")
    {
        Description = "Where terminals find it, always https; port 0 takes a free one.",
        DefaultValueFactory = _ => new Uri("https://127.0.0.1:5443"),
        CustomParser = Url,
        HelpName = "URL",
    };

    /// <summary>How commands that need the chain's keys are let in.</summary>
    public static readonly Option<FileInfo> Passphrase = new("--vault-passphrase-file")
    {
        Description = "File with the passphrase that seals the vault, 12 characters or more, or /dev/stdin. "
            + "At first start it seals the new vault. Nobody can open the vault without it.",
        Required = true,
        HelpName = "FILE",
    };

    private static readonly Option<bool> FactoryCards = new("--factory-cards")
    {
        Description = "Lets staff personalise factory-fresh cards at a shop's reader. Whoever listens there "
            + "learns the card's keys: for demos, and for chains that accept that.",
    };

    private static readonly Option<bool> SignDocuments = new("--sign-documents")
    {
        Description = "Signs, once, the rule sets and limits that were published before terminals demanded "
            + "a signature. Look at them first: from then on terminals believe them.",
    };

    public static Command Create()
    {
        var command = new Command("serve", "Runs the server until Ctrl-C. Prints 'ready' when it serves.")
        {
            CommandLine.Data, Urls, Grpc, Passphrase, FactoryCards, SignDocuments,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(() => RunAsync(
            new ServerOptions
            {
                DataFolder = parsed.GetRequiredValue(CommandLine.Data).FullName,
                PeopleUrl = parsed.GetRequiredValue(Urls),
                TerminalsUrl = parsed.GetRequiredValue(Grpc),
                VaultPassphraseFile = parsed.GetRequiredValue(Passphrase).FullName,
                FactoryCards = parsed.GetValue(FactoryCards),
            },
            parsed.GetValue(SignDocuments), cancellation)));
        return command;
    }

    public static Uri? Url(ArgumentResult argument)
    {
        if (Uri.TryCreate(argument.Tokens[0].Value, UriKind.Absolute, out var url))
            return url;
        argument.AddError($"'{argument.Tokens[0].Value}' is no address like https://127.0.0.1:5443.");
        return null;
    }

    private static async Task RunAsync(
        ServerOptions options, bool signDocuments, CancellationToken cancellation)
    {
        Check(options);
        PrivateFile.CreateFolder(options.DataFolder);
        using var only = OnlyOne(options.DataFolder);
        DemandWhole(options);
        using var vault = OpenVault(options.DataFolder, options.VaultPassphraseFile);
        await using var app = Guarded(() => ServerHost.Build(options, vault));
        DemandSignatures(app.Services, signDocuments);
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException taken)
        {
            throw new CommandException("address-taken", taken.Message);
        }

        await AnnounceAsync(app, options);
        await app.WaitForShutdownAsync(cancellation);
    }

    private static T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (BookException wrong)
        {
            throw new CommandException(wrong.Code, wrong.Message);
        }
    }

    private static void DemandSignatures(IServiceProvider services, bool sign)
    {
        var programmes = services.GetRequiredService<ProgrammeBook>();
        var limits = services.GetRequiredService<LimitsBook>();
        if (sign)
        {
            programmes.SignUnsigned();
            limits.SignUnsigned();
            return;
        }

        string[] unsigned =
        [
            .. programmes.Unsigned().Select(r => $"rule set {r.Version} of programme {r.Programme}"),
            .. limits.Unsigned().Select(l => $"limits of terminal {l.Terminal}"),
        ];
        if (unsigned.Length > 0)
        {
            throw new CommandException(
                "documents-unsigned",
                $"Published without a signature: {string.Join(", ", unsigned)}. Terminals do not take that. "
                + "If it is yours, start once with --sign-documents.");
        }
    }

    private static async Task AnnounceAsync(WebApplication app, ServerOptions options)
    {
        var endpoints = Endpoints.Of(app);
        endpoints.Write(options.DataFolder);
        await System.Console.Out.WriteLineAsync($"console: {endpoints.Console}");
        await System.Console.Out.WriteLineAsync($"terminals: {endpoints.Grpc}");
        if (app.Services.GetRequiredService<StaffStore>().IsEmpty)
        {
            var code = app.Services.GetRequiredService<FirstAdministrator>().NewCode();
            await System.Console.Out.WriteLineAsync($"first login: {endpoints.Console}/first-login#{code}");
        }

        await System.Console.Out.WriteLineAsync("ready");
    }

    private static void Check(ServerOptions options)
    {
        if (options.TerminalsUrl.Scheme != Uri.UriSchemeHttps)
            throw new CommandException("grpc-url", "Terminals come in by https only.");
        if (options.PeopleUrl.Scheme != Uri.UriSchemeHttps && !options.PeopleUrl.IsLoopback)
            throw new CommandException("people-url", "http is for loopback only; elsewhere use https.");
    }

    /// <summary>Keeps other servers from a data folder until it is disposed of, or the process ends, however
    /// it ends.</summary>
    /// <exception cref="CommandException">One has it.</exception>
    public static FileStream OnlyOne(string folder)
    {
        try
        {
            return new FileStream(
                Path.Combine(folder, "server.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite,
                FileShare.None);
        }
        catch (IOException)
        {
            throw new CommandException("data-in-use", "Another server runs on this data folder.");
        }
    }

    // A new vault's keys open no card of an old book.
    private static void DemandWhole(ServerOptions options)
    {
        if (ServerBackup.IsUnfinished(options.DataFolder))
        {
            throw new CommandException(
                "restore-unfinished",
                $"A restore into {options.DataFolder} was broken off, or the book did not verify.");
        }

        if (!VaultHome.Exists(options.DataFolder) && Guarded(() => BookHome.HasBook(options.DataFolder)))
        {
            throw new CommandException(
                "vault-absent",
                $"{options.DataFolder} has a book, and the vault with its keys is gone: bring it back.");
        }
    }

    /// <summary>Opens the vault of a data folder; makes one where there is none.</summary>
    /// <exception cref="CommandException">The passphrase is wrong, or cannot be read.</exception>
    public static KeyVault OpenVault(string folder, string passphraseFile) =>
        VaultCommands.WithPassphrase(passphraseFile, passphrase => VaultHome.Open(
            folder, passphrase, RandomNumberGenerator.Fill, TimeProvider.System.GetUtcNow()));
}
