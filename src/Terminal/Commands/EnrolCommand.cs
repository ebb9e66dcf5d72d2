using System.CommandLine;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Terminal.Commands;

/// <summary><c>terminal enrol</c>: a one-time token for a certificate.</summary>
internal static class EnrolCommand
{
    private const string Memory = "memory";
    private const string Sealed = "sealed";

    public static Command Make(TimeProvider clock)
    {
        var data = CommonOptions.DataFolder();
        var server = CommonOptions.Address(
            "--server", address => address.Scheme == "https", "is https://HOST:PORT.");
        server.Description = "The server's gRPC address, https://HOST:PORT.";
        server.Required = true;
        var name = new Option<string>("--name")
        {
            Description = "As people call it: \"Till 3\".",
            HelpName = "TEXT",
            Required = true,
        };
        var token = new Option<FileInfo?>("--token-file")
        {
            HelpName = "FILE",
            Description = "File with the one-time token an operator made (`server terminal token`). Without "
                + "it the token is read from standard input; never give it on the command line, where others "
                + "can see it.",
        };
        var keep = new Option<string>("--keep-keys")
        {
            DefaultValueFactory = _ => Memory,
            Description = "Where card keys are while the terminal is switched off. memory: nowhere, "
                + "they come over the network at each start. sealed: in the data folder, so that a start "
                + "without a network can sell; for development and small shops, since whoever "
                + "takes the disk has them.",
        };
        keep.AcceptOnlyFromAmong(Memory, Sealed);
        var command = new Command("enrol", "Make this machine a terminal of the chain, once.")
        {
            data, server, name, token, keep,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            var wish = new EnrolmentWish(
                parsed.GetRequiredValue(server), parsed.GetRequiredValue(name),
                parsed.GetValue(keep) == Sealed ? CardKeyStorage.Sealed : CardKeyStorage.Memory);
            var given = await ReadToken(parsed.GetValue(token), cancellation);
            var folder = new DataFolder(parsed.GetRequiredValue(data).FullName);
            var enrolled = await new Enrolment(folder, clock).Run(given, wish, cancellation);
            await Console.Out.WriteLineAsync(
                $"enrolled as terminal {enrolled.Terminal} of store {enrolled.Store} ({enrolled.StoreZone})");
        }));
        return command;
    }

    private static async Task<EnrolmentToken> ReadToken(FileInfo? file, CancellationToken cancellation)
    {
        var text = file is null
            ? await Console.In.ReadLineAsync(cancellation)
            : await File.ReadAllTextAsync(file.FullName, cancellation);
        return EnrolmentToken.TryParse(text, out var token)
            ? token
            : throw new CommandException("token-unreadable", "This is no enrolment token.");
    }
}
