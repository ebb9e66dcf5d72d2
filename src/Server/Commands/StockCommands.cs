using System.CommandLine;
using System.Globalization;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server card stock</c>.</summary>
internal static class StockCommands
{
    public static Command Create() => new(
        "stock",
        "Cards that a trusted bench has prepared and nobody has yet. The report card-stock tells what became "
        + "of each batch.")
    {
        Order(), Import(), BenchCommands.Prepare(), BenchCommands.Bind(), List(),
    };

    private static Command Order()
    {
        var size = new Option<long>("--size") { Description = "How many cards.", Required = true };
        var origin = new Option<string>("--origin") { Description = "Whose bench.", Required = true };
        var programme = new Option<long>("--programme")
        {
            Description = "Whose cards.",
            DefaultValueFactory = _ => 1,
        };
        var command = new Command(
            "order", "Reserves card numbers for a new batch and prints what the bench is to write.")
        {
            CommandLine.Data, size, origin, programme, CardCommands.By,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var batch = new AskedBatch(
                parsed.GetValue(size), parsed.GetRequiredValue(origin), parsed.GetValue(programme),
                parsed.GetRequiredValue(CardCommands.By));
            using var asked = JsonContent.Create(batch, OperatorJson.Default.AskedBatch);
            await PrintAsync(await server.PostAsync(
                "/api/batches", asked, OperatorJson.Default.CardBatch, cancellation));
        }));
        return command;
    }

    private static Command Import()
    {
        var batch = new Option<long>("--batch") { Description = "The batch's number.", Required = true };
        var file = new Argument<FileInfo>("file")
        {
            Description = "The bench's list: a UID in 14 hex digits, a comma, and the number written on it, "
                + "a card a line.",
        };
        var command = new Command("import", "Takes the cards of a bench's list into stock.")
        {
            CommandLine.Data, batch, file, CardCommands.By,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var by = Uri.EscapeDataString(parsed.GetRequiredValue(CardCommands.By));
            var path = $"/api/batches/{parsed.GetValue(batch)}/cards?by={by}";
            var (registered, known) = (0, 0);
            var all = Read(parsed.GetRequiredValue(file));
            foreach (var (part, lines) in all.Chunk(StockBook.LinesMost).Index())
            {
                using var text = new StringContent(string.Join('\n', lines));
                var import = await server.PostAsync(
                    path, text, OperatorJson.Default.StockImport, cancellation);
                await RefuseAsync(import, before: part * StockBook.LinesMost);
                (registered, known) = (registered + import.Registered, known + import.Known);
            }

            await System.Console.Out.WriteLineAsync($"{registered} cards in stock, {known} known before");
        }));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Prints the batches.") { CommandLine.Data };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var batches = await server.GetAsync(
                "/api/batches", OperatorJson.Default.IReadOnlyListCardBatch, cancellation);
            foreach (var batch in batches)
                await PrintAsync(batch);
        }));
        return command;
    }

    private static string[] Read(FileInfo file)
    {
        try
        {
            return File.ReadAllLines(file.FullName);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandException("file-unreadable", failure.Message);
        }
    }

    private static async Task RefuseAsync(StockImport import, int before)
    {
        foreach (var fault in import.Faults)
            await System.Console.Error.WriteLineAsync($"line {before + fault.Line}: {fault.Code}");
        if (import.Faults.Count > 0)
            throw new CommandException("list-refused", "Nothing of these lines was taken.");
    }

    private static Task PrintAsync(CardBatch batch) => System.Console.Out.WriteLineAsync(string.Join(
        '\t',
        $"batch {batch.Number}", $"programme {batch.Programme}", batch.Origin,
        $"cards {batch.FirstNumber}-{batch.LastNumber}", $"holds {batch.BalanceMost}",
        $"keys {batch.IssuerKeyVersion}.{batch.EnquiryKeyVersion}.{batch.SaleKeyVersion}."
            + $"{batch.TmKeyVersion}",
        UnixTime.FromMicroseconds(batch.OrderedUs).UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        batch.OrderedBy));
}
