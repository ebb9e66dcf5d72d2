using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Grpc.Core;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.Pcsc;
using SmartCardCrm.Terminal.Signals;
using SmartCardCrm.Terminal.Sync;

namespace SmartCardCrm.Terminal.Commands;

/// <summary>A command could not do its work: told as <c>error CODE: text</c>, exit code 1.</summary>
internal sealed class CommandException(string code, string text) : Exception(text)
{
    public string Code => code;
}

/// <summary>The commands, and how they end: 0 done, 1 failed, 2 a wrong command line.</summary>
internal static class CommandLine
{
    private const int Failed = 1;
    private const int WrongUsage = 2;

    // A terminal that is told to stop lets a tap end and closes its journal; a busy machine takes its time.
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(30);

    public static async Task<int> Run(string[] args, TimeProvider clock)
    {
        var root = new RootCommand(
            """
            The terminal of SmartCardCrm: sells on customers' cards, with a network or without.

            A terminal is set up once and then runs:
              terminal readers                        which card readers are there?
              terminal enrol --data DIR --server URL --name "Till 3" --token-file FILE
              terminal serve --data DIR               sells until Ctrl-C; the till talks to its API
              terminal till sell --data DIR …         sells through that API; till --help has more verbs
              terminal identify --data DIR            whose card is this?
              terminal doctor --data DIR              what is wrong here, and what to do?
              terminal signals test --data DIR        are lights and buzzer wired as signals.json says?
              terminal release-tamper --data DIR      after the housing was opened and looked at
            """)
        {
            ReadersCommand.Make(clock),
            EnrolCommand.Make(clock),
            ServeCommand.Make(clock),
            TillCommand.Make(clock),
            IdentifyCommand.Make(clock),
            SignalsCommand.Make(clock),
            DoctorCommand.Make(clock),
            ReleaseTamperCommand.Make(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count == 0)
        {
            var signals = new InvocationConfiguration { ProcessTerminationTimeout = StopsWithin };
            return await parsed.InvokeAsync(signals);
        }

        foreach (var error in parsed.Errors)
            await Console.Error.WriteLineAsync(error.Message);
        await Console.Error.WriteLineAsync("Try --help.");
        return WrongUsage;
    }

    /// <summary>Lets a command do its work, and tells in one line why it could not.</summary>
    public static async Task<int> Guarded(Func<Task> work)
    {
        var (code, text) = ("", "");
        try
        {
            await work();
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
        catch (CommandException wrong)
        {
            (code, text) = (wrong.Code, wrong.Message);
        }
        catch (SignalsFileException wrong)
        {
            (code, text) = (SignalsFileException.Code, wrong.Message);
        }
        catch (EnrolmentException wrong)
        {
            (code, text) = (wrong.Code, wrong.Message);
        }
        catch (RpcException wrong)
        {
            (code, text) = (ServerLink.CodeOf(wrong), ServerLink.TextOf(wrong));
        }
        catch (PcscException wrong)
        {
            (code, text) = ("pcsc-unavailable", $"{wrong.Message} Is pcscd installed and running?");
        }
        catch (JournalFailedException wrong)
        {
            (code, text) = ("journal-failed", wrong.Message);
        }
        catch (JournalKeyException wrong)
        {
            (code, text) = (wrong.Code, wrong.Message);
        }
        catch (CardException wrong)
        {
            (code, text) = ("card", wrong.Message);
        }
        catch (Exception wrong) when (IsAboutFiles(wrong))
        {
            (code, text) = ("data-unusable", wrong.Message);
        }

        await Console.Error.WriteLineAsync($"error {code}: {text}");
        return Failed;
    }

    private static bool IsAboutFiles(Exception wrong) => wrong is
        IOException or UnauthorizedAccessException or CryptographicException or JsonException
        or TimeZoneNotFoundException;
}

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public static Option<DirectoryInfo> DataFolder() => new("--data")
    {
        HelpName = "DIR",
        Description = "Folder of this terminal: who it is, its keys, its journal. One terminal, one folder.",
        Required = true,
    };

    /// <param name="accepts">What address will do.</param>
    /// <param name="otherwise">What is said of any other.</param>
    public static Option<Uri> Address(string name, Func<Uri, bool> accepts, string otherwise) => new(name)
    {
        HelpName = "URL",
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address) && accepts(address))
                return address;
            result.AddError($"{name} {otherwise}");
            return null;
        },
    };

    /// <summary>Where the Till API answers, the description apart.</summary>
    public static Option<Uri> TillApi()
    {
        var url = Address(
            "--urls", IsLoopback, "is http://127.0.0.1:PORT: the Till API is for this machine.");
        url.DefaultValueFactory = _ => new Uri("http://127.0.0.1:5280");
        return url;
    }

    public static Option<FileInfo?> JournalKey() => new("--journal-key")
    {
        HelpName = "FILE",
        Description = "The key, 32 bytes, without which nobody can read the journal, where it is not to lie "
            + "in DIR/journal.key: on another medium, or handed over by systemd. It must be there; only "
            + "DIR/journal.key is made at the first start.",
    };

    public static Option<string[]> Readers() => new("--reader")
    {
        HelpName = "NAME",
        Description = "A PC/SC reader to use, as `terminal readers` names it; may come several times. "
            + "Without it, every reader that is plugged in.",
        DefaultValueFactory = _ => [],
    };

    public static Option<int[]> VpcdPorts() => new("--vpcd-port")
    {
        HelpName = "PORT",
        Description = "For machines without pcscd, never in a shop: a loopback port to which a card in "
            + "software connects as it would to vpcd; may come several times.",
        DefaultValueFactory = _ => [],
    };

    private static bool IsLoopback(Uri url) =>
        url.Scheme == "http" && IPAddress.TryParse(url.Host.Trim('[', ']'), out var address)
        && IPAddress.IsLoopback(address);
}
