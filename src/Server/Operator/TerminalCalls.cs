using SmartCardCrm.Server.Relay;
using SmartCardCrm.Server.Storage;
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
            desk.Revoke(number)
                ? Results.NoContent()
                : Problems.NotFound("terminal-unknown", "There is no such terminal."));
        api.MapGet("/readers", (RelayDesk relay) => relay.Readers);
    }

    private static IResult NewToken(AskedToken asked, EnrolmentDesk desk)
    {
        var place = new TerminalPlace(asked.Name, asked.Store, asked.StoreZone);
        if (place.Refusal is { } refusal)
            return Problems.BadRequest(refusal, "A token cannot be made for this place.");

        var token = desk.NewToken(place);
        return Results.Ok(new GivenToken(token.Text, UnixTime.Microseconds(token.Expires)));
    }
}
