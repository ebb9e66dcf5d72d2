using System.CommandLine;
using System.Globalization;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server certificate …</c>: what headquarters certifies of its book, day by day.</summary>
internal static class CertificateCommands
{
    private static readonly Argument<DateOnly?> Day = new("day")
    {
        Description = "As 2026-11-27.",
        CustomParser = CommandLine.ParseDay,
    };

    private static readonly Option<int?> Revision = new("--revision")
    {
        Description = "Which of the day's; without it the newest.",
        HelpName = "N",
    };

    public static Command Create() => new(
        "certificate",
        "Each day, once it is over in every store, the server checks its book and signs what it has found. "
        + "A certificate names the one before it, and where journals, log of changes and ledger ended.")
    {
        Make(), List(), Show(), Verify(),
    };

    private static Command Make()
    {
        var day = CommandLine.Day("--day", "The day; without it the last one that is over in every store.");
        var by = new Option<string>("--by")
        {
            Description = "Who wants it.",
            DefaultValueFactory = _ => AuditActor.Operator,
            HelpName = "NAME",
        };
        var command = new Command(
            "make",
            "Checks the book now, and archives the result as the day's certificate, or its next revision, "
            + "which says what has changed. Prints each check; fails when one does.")
        {
            CommandLine.Data, day, by,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = Patient(parsed);
            using var body = JsonContent.Create(
                new AskedCertificate(parsed.GetValue(day), parsed.GetRequiredValue(by)),
                OperatorJson.Default.AskedCertificate);
            var made = await server.PostAsync(
                "/api/certificates", body, OperatorJson.Default.MadeCertificate, cancellation);
            foreach (var check in made.Checks)
            {
                var verdict = check.Broken == 0 ? "holds" : $"broken {check.Broken} times";
                await System.Console.Out.WriteLineAsync($"{check.Invariant} {check.Says}: {verdict}");
            }

            await System.Console.Out.WriteLineAsync($"{made.Day}\t{made.Revision}\t{made.Hash}");
            if (made.Checks.Any(check => check.Broken > 0))
                throw new CommandException("certificate-failed", "The book is not as it must be.");
        }));
        return command;
    }

    private static Command List()
    {
        var command = new Command(
            "list",
            "Prints a line each, newest first, with tabs between: number, day, revision, checks that failed, "
            + "when it was made (UTC), and the SHA-256 of its document.")
        {
            CommandLine.Data,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            foreach (var one in await server.GetAsync(
                $"/api/certificates?take={OperatorEndpoints.RowsMost}",
                OperatorJson.Default.IReadOnlyListArchivedCertificate, cancellation))
            {
                var made = UnixTime.FromMicroseconds(one.MadeUs).UtcDateTime
                    .ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
                await System.Console.Out.WriteLineAsync(
                    string.Join('\t', one.Number, one.Day, one.Revision, one.Failed, made, one.Hash));
            }
        }));
        return command;
    }

    private static Command Show()
    {
        var to = new Option<FileInfo>("--to")
        {
            Description = "Writes the document here, byte for byte, and its signature beside it, .sig.",
            HelpName = "FILE",
        };
        var command = new Command("show", "Prints a day's certificate, JSON.")
        {
            Day, CommandLine.Data, Revision, to,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var day = parsed.GetRequiredValue(Day)!.Value.ToString("O", CultureInfo.InvariantCulture);
            var which = parsed.GetValue(Revision) is { } revision ? $"?revision={revision}" : "";
            var document = await server.GetBytesAsync($"/api/certificates/{day}{which}", cancellation);
            if (parsed.GetValue(to) is not { } file)
            {
                await System.Console.Out.WriteLineAsync(System.Text.Encoding.UTF8.GetString(document));
                return;
            }

            await File.WriteAllBytesAsync(file.FullName, document, cancellation);
            await File.WriteAllBytesAsync(
                $"{file.FullName}.sig",
                await server.GetBytesAsync($"/api/certificates/{day}/signature{which}", cancellation),
                cancellation);
        }));
        return command;
    }

    private static Command Verify()
    {
        var file = new Option<FileInfo>("--file")
        {
            Description = "One that was kept, its signature beside it, .sig: is it the archive's?",
            HelpName = "FILE",
        };
        var command = new Command(
            "verify",
            "Verifies the archive: each certificate is signed and follows the one before it, and the book "
            + "still has all that they name. Prints what is not so, and fails.")
        {
            CommandLine.Data, file,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = Patient(parsed);
            if (parsed.GetValue(file) is { } kept)
                await CompareAsync(server, kept, cancellation);
            var faults = await server.GetAsync(
                "/api/certificates/faults", OperatorJson.Default.IReadOnlyListString, cancellation);
            foreach (var fault in faults)
                await System.Console.Error.WriteLineAsync(fault);
            if (faults.Count > 0)
            {
                throw new CommandException(
                    "certificates-changed", "Certificates and book do not fit. Keep both as they are.");
            }

            await System.Console.Out.WriteLineAsync("as signed");
        }));
        return command;
    }

    private static async Task CompareAsync(
        OperatorClient server, FileInfo kept, CancellationToken cancellation)
    {
        byte[] document, signature;
        try
        {
            document = await File.ReadAllBytesAsync(kept.FullName, cancellation);
            signature = await File.ReadAllBytesAsync($"{kept.FullName}.sig", cancellation);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            throw new CommandException("file-unreadable", missing.Message);
        }

        using var body = JsonContent.Create(
            new KeptCertificate(document, signature), OperatorJson.Default.KeptCertificate);
        await server.PostAsync("/api/certificates/compare", body, cancellation);
    }

    // A large book takes minutes.
    private static OperatorClient Patient(ParseResult parsed) =>
        new(parsed.GetRequiredValue(CommandLine.Data), Timeout.InfiniteTimeSpan);
}
