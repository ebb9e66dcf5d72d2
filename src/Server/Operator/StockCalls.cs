using System.Text;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Relay;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Operator;

/// <summary>Body of <c>POST /api/batches</c>.</summary>
/// <param name="Size">Cards.</param>
/// <param name="Origin">Whose bench.</param>
/// <param name="Programme">Whose cards.</param>
/// <param name="By">Who orders them.</param>
internal sealed record AskedBatch(
    long Size, string Origin, long Programme = 1, string By = AuditActor.Operator) : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Body of <c>POST /api/batches/{number}/bench</c>.</summary>
/// <param name="Task">What is done with each card.</param>
/// <param name="Terminal">On whose reader they are laid.</param>
/// <param name="Reader">Its name; empty or missing for whichever gets a card.</param>
/// <param name="By">Who does it.</param>
internal sealed record AskedBench(
    BenchTask Task, uint Terminal, string Reader = "", string By = AuditActor.Operator) : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>The stock of cards.</summary>
internal static class StockCalls
{
    public static void Map(RouteGroupBuilder api)
    {
        var read = api.For(Resource.Stock, Access.Read);
        var change = api.For(Resource.Stock, Access.Change);
        read.MapGet("/batches", (StockBook stock) => stock.All());
        change.MapPost("/batches", Order);
        change.MapPost("/batches/{number:long}/cards", ImportAsync);
        change.MapPost("/batches/{number:long}/bench", Begin);
        read.MapGet("/bench/{id:guid}", (Guid id, BenchDesk desk) =>
            desk.Attend(id) is { } job ? Results.Ok(job) : NoJob());
        change.MapDelete("/bench/{id:guid}", (Guid id, BenchDesk desk) =>
            desk.End(id) is { } job ? Results.Ok(job) : NoJob());
    }

    private static IResult Order(AskedBatch asked, StockBook stock, KeyVault vault)
    {
        var wanted = new NewBatch(asked.Programme, asked.Origin, asked.Size, asked.By);
        return wanted.Refusal is { } refusal ? CardProblems.Of(refusal)
            : stock.Order(wanted, vault.NewestVersions) is { } batch
                ? Results.Created($"/api/batches/{batch.Number}", batch)
                : CardProblems.Of("programme-unknown");
    }

    // A list of a whole batch is shorter than what the door lets in at most; a longer one comes in parts.
    private static async Task<IResult> ImportAsync(
        long number, HttpRequest request, StockBook stock, [AsParameters] Signature signed)
    {
        var by = signed.By;
        if (by.Trim().Length is 0 or > NewBatch.TextMost)
            return CardProblems.Of("by-length");
        var text = Encoding.UTF8.GetString(await Body.ReadAsync(request));
        return stock.Import(number, text.Split('\n'), by.Trim()) is { } import
            ? Results.Ok(import)
            : CardProblems.Of("batch-unknown");
    }

    private static IResult Begin(long number, AskedBench asked, BenchDesk desk, TerminalBook terminals)
    {
        if (asked.By.Trim().Length is 0 or > NewBatch.TextMost)
            return CardProblems.Of("by-length");
        if (terminals.Find(asked.Terminal) is not { RevokedUs: null })
            return Problems.NotFound("terminal-unknown", "There is no such terminal, or it was revoked.");
        var (begun, refusal) = desk.Start(new BenchRequest(
            number, asked.Task, asked.Terminal, asked.Reader, asked.By.Trim()));
        return begun is null
            ? CardProblems.Of(refusal!)
            : Results.Accepted($"/api/bench/{begun.Id}", begun);
    }

    private static IResult NoJob() => Problems.NotFound("job-unknown", "There is no such job.");
}
