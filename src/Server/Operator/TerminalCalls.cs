using System.Security.Claims;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Relay;
using SmartCardCrm.Server.Staff;
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
        var read = api.For(Resource.Terminals, Access.Read);
        var change = api.For(Resource.Terminals, Access.Change);
        var issuing = api.For(Resource.Issuing, Access.Change);
        change.MapPost("/terminals/tokens", NewToken);
        read.MapGet("/terminals", (TerminalDesk desk, ClaimsPrincipal user) => desk.All(user.Scope!));
        change.MapPost("/terminals/{number}/revoke", (uint number, TerminalDesk desk, HttpContext context) =>
            desk.Revoke(number, AuditActor.Of(context)) ? Results.NoContent() : Unknown())
            .AddEndpointFilter(WhereVisible);
        read.MapGet("/terminals/{number}/limits", (uint number, LimitsBook book) =>
            book.Of(number) is { } limits ? Answer(limits) : Unknown())
            .AddEndpointFilter(WhereVisible);
        change.MapPut("/terminals/{number}/limits", SetLimits).AddEndpointFilter(WhereVisible);
        issuing.MapGet("/readers", IReadOnlyList<RelayReader> (
            RelayDesk relay, TerminalBook terminals, ClaimsPrincipal user) =>
            [.. relay.Readers.Where(reader => terminals.Find(reader.Terminal, user.Scope!) is not null)]);
    }

    // What is done to one of another store's is done to one that is not there.
    private static async ValueTask<object?> WhereVisible(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var terminals = http.RequestServices.GetRequiredService<TerminalBook>();
        return http.User.Scope is { IsChain: false } scope
            && terminals.Find(context.GetArgument<uint>(0), scope) is null
            ? Unknown()
            : await next(context);
    }

    private static async Task<IResult> SetLimits(uint number, HttpRequest request, TerminalDesk desk)
    {
        var document = await Body.ReadAsync(request);
        try
        {
            var wanted = Limits.FromDocument(document);
            if (wanted.Terminal != number)
                return Problems.BadRequest("limits", "The limits name another terminal.");
            return desk.Limit(wanted, AuditActor.Of(request.HttpContext)) is { } issued
                ? Answer(issued)
                : Unknown();
        }
        catch (FormatException wrong)
        {
            return Problems.BadRequest("limits", wrong.Message);
        }
    }

    private static IResult Answer(Limits limits) => Results.Text(limits.ToDocument(), "application/json");

    private static IResult Unknown() => Problems.NotFound("terminal-unknown", "There is no such terminal.");

    private static IResult NewToken(AskedToken asked, EnrolmentDesk desk, HttpContext context)
    {
        var place = new TerminalPlace(asked.Name, asked.Store, asked.StoreZone);
        if (place.Refusal is { } refusal)
            return Problems.BadRequest(refusal, "A token cannot be made for this place.");
        if (!context.User.Scope!.Covers(place.Store))
            return Problems.NotPermitted();

        var token = desk.NewToken(place, AuditActor.Of(context));
        return Results.Ok(new GivenToken(token.Text, UnixTime.Microseconds(token.Expires)));
    }
}
