using Microsoft.AspNetCore.Mvc;
using SmartCardCrm.Server.Openings;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Staff;

namespace SmartCardCrm.Server.Operator;

/// <summary>How much of a batch is loaded, or was undone.</summary>
internal sealed record OpeningState(long Lines);

/// <summary>Opening balances from a file.</summary>
internal static class OpeningCalls
{
    // Some two million lines.
    private const long FileBytesMost = 128 << 20;
    private const int ByLengthMost = 64;

    public static void Map(RouteGroupBuilder api)
    {
        var read = api.For(Resource.Openings, Access.Read);
        var change = api.For(Resource.Openings, Access.Change);
        change.MapPost("/openings/{batch}", LoadAsync)
            .WithMetadata(new RequestSizeLimitAttribute(FileBytesMost));
        read.MapGet("/openings/{batch}", (string batch, OpeningDesk desk) =>
            new OpeningState(desk.Loaded(batch)));
        change.MapPost("/openings/{batch}/undo", Undo);
    }

    private static async Task<IResult> LoadAsync(
        string batch, HttpRequest request, OpeningDesk desk, ProgrammeBook programmes,
        [AsParameters] Signature signed, bool createMembers = false, bool dryRun = false)
    {
        var by = signed.By;
        if (IsNobody(by))
            return Nobody();
        var file = await Body.ReadAsync(request);
        var order = new OpeningOrder(batch.Trim(), by.Trim(), createMembers, dryRun);
        return Results.Ok(desk.Load(programmes.All()[0].Number, file, order));
    }

    private static IResult Undo(string batch, OpeningDesk desk, [AsParameters] Signature signed)
    {
        var by = signed.By;
        if (IsNobody(by))
            return Nobody();
        if (desk.Loaded(batch) == 0)
            return Problems.NotFound("batch-unknown", "There is nothing of this batch to take back.");
        return desk.Undo(batch, by.Trim()) is { } undone
            ? Results.Ok(new OpeningState(undone))
            : Problems.Of(
                StatusCodes.Status409Conflict, "batch-used",
                "Some of these points are spent or have expired; nothing was taken back.");
    }

    private static bool IsNobody(string by) => by.Trim().Length is 0 or > ByLengthMost;

    private static IResult Nobody() =>
        Problems.BadRequest("by-length", "Say in at most 64 characters who does it.");
}
