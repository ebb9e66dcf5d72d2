using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Operator;

/// <summary>Body of <c>POST /api/members/{id}/tier</c>.</summary>
/// <param name="Tier">One of the programme's levels, or 0 for none.</param>
/// <param name="Through">The last day.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who does it.</param>
internal sealed record AskedGrant(byte Tier, DateOnly Through, string Reason, string By = "operator")
    : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Body of <c>POST /api/members/{id}/tier/{number}/revoke</c>.</summary>
/// <param name="By">Who does it.</param>
internal sealed record AskedRevocation(string By = "operator") : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Which tier members have, and giving them one.</summary>
internal static class TierCalls
{
    public static void Map(RouteGroupBuilder api)
    {
        var read = api.For(Resource.Members, Access.Read);
        var change = api.For(Resource.Tiers, Access.Change);
        read.MapGet("/members/{id:long}/tier", (long id, TierGrants grants) =>
            grants.Of(id) is { } tier ? Results.Ok(tier) : Unknown(id));
        change.MapPost("/members/{id:long}/tier", (
            long id, AskedGrant asked, TierGrants grants, FeedBell bell) =>
            Answer(id, bell, grants.Give(
                id, new WantedGrant(asked.Tier, asked.Through, asked.Reason, asked.By))));
        change.MapPost("/members/{id:long}/tier/{number:long}/revoke", (
            long id, long number, AskedRevocation asked, TierGrants grants, FeedBell bell) =>
            Answer(id, bell, grants.Revoke(id, number, asked.By)));
    }

    private static IResult Answer(long id, FeedBell bell, string? refusal)
    {
        if (refusal is not null)
            return Refused(id, refusal);
        bell.Ring();
        return Results.NoContent();
    }

    private static IResult Refused(long id, string code) => code switch
    {
        "member-unknown" => Unknown(id),
        "grant-unknown" => Problems.NotFound(code, "The member has no such grant, or it was revoked."),
        "tier-unknown" => Problems.BadRequest(code, "The rules in force have no such tier."),
        "day-out-of-range" => Problems.BadRequest(code, "The last day is today or later, and before 2150."),
        "reason-length" => Problems.BadRequest(code, "A reason has 1 to 200 characters."),
        "by-length" => Problems.BadRequest(code, "Who does it has 1 to 64 characters."),
        _ => throw new System.Diagnostics.UnreachableException(code),
    };

    private static IResult Unknown(long id) =>
        Problems.NotFound("member-unknown", $"There is no member {id}.");
}
