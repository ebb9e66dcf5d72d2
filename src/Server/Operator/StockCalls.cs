using System.Text;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Staff;
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
}
