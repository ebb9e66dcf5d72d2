using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Relay;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Terminals;

namespace SmartCardCrm.Server.Operator;

/// <summary>Body of <c>POST /api/terminals/tokens</c>.</summary>
internal sealed record AskedToken(string Name, uint Store, string StoreZone = "UTC");

/// <summary>A token, this once. ExpiresUs: it is void from here on.</summary>
internal sealed record GivenToken(string Token, long ExpiresUs);

/// <summary>Terminals: letting in, looking after, shutting out.</summary>
internal static class TerminalCalls
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/terminals/tokens", NewToken);
        api.MapGet("/terminals", (TerminalDesk desk) => desk.All());
        api.MapPost("/terminals/{number}/revoke", (uint number, TerminalDesk desk) =>
            desk.Revoke(number, AuditActor.Operator)
                ? Results.NoContent()
                : Unknown());
        api.MapGet("/terminals/{number}/limits", (uint number, LimitsBook book) =>
            book.Of(number) is { } limits ? Answer(limits) : Unknown());
        api.MapPut("/terminals/{number}/limits", SetLimits);
        api.MapGet("/readers", (RelayDesk relay) => relay.Readers);
    }

    private static async Task<IResult> SetLimits(
        uint number, HttpRequest request, LimitsBook book, FeedBell bell, OpenLines lines)
    {
        var document = await Body.ReadAsync(request);
        try
        {
            var wanted = Limits.FromDocument(document);
            if (wanted.Terminal != number)
                return Problems.BadRequest("limits", "The limits name another terminal.");
            var neededKeys = book.Of(number)?.NeedKeys;
            if (book.Issue(wanted, AuditActor.Operator) is not { } issued)
                return Unknown();
            bell.Ring();
            if (issued.NeedKeys != neededKeys)
                lines.ChangeKeys(number);
            return Answer(issued);
        }
        catch (FormatException wrong)
        {
            return Problems.BadRequest("limits", wrong.Message);
        }
    }

    private static IResult Answer(Limits limits) => Results.Text(limits.ToDocument(), "application/json");

    private static IResult Unknown() => Problems.NotFound("terminal-unknown", "There is no such terminal.");

    private static IResult NewToken(AskedToken asked, EnrolmentDesk desk)
    {
        var place = new TerminalPlace(asked.Name, asked.Store, asked.StoreZone);
        if (place.Refusal is { } refusal)
            return Problems.BadRequest(refusal, "A token cannot be made for this place.");

        var token = desk.NewToken(place, AuditActor.Operator);
        return Results.Ok(new GivenToken(token.Text, UnixTime.Microseconds(token.Expires)));
    }
}
