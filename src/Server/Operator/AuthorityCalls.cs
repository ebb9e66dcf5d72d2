using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Terminals;

namespace SmartCardCrm.Server.Operator;

/// <summary>Body of <c>POST /api/authorities/retire</c>.</summary>
/// <param name="Leave">Terminals that do not follow, and are enrolled anew.</param>
internal sealed record AskedSuccession(IReadOnlyList<uint> Leave);

/// <summary>The authorities that speak for headquarters: how far one has taken over from another.</summary>
internal static class AuthorityCalls
{
    public static void Map(RouteGroupBuilder api)
    {
        var read = api.For(Resource.Authorities, Access.Read);
        var change = api.For(Resource.Authorities, Access.Change);
        read.MapGet("/authorities", (AuthorityDesk desk) => desk.Report());
        change.MapPost("/authorities/retire", Retire);
    }

    private static IResult Retire(AskedSuccession asked, AuthorityDesk desk, HttpContext context) =>
        desk.Retire(asked.Leave, AuditActor.Of(context)) switch
        {
            null => Results.NoContent(),
            "authority-alone" => Problems.Of(
                StatusCodes.Status409Conflict, "authority-alone", "There is no authority to come after it."),
            var behind => Problems.Of(
                StatusCodes.Status409Conflict, behind,
                "Terminals do not trust the next authority yet, or have no certificate of it."),
        };
}
