using System.Diagnostics;
using System.Security.Claims;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Staff;

namespace SmartCardCrm.Server.Operator;

/// <summary>Body of <c>POST /api/members/{id}/adjustments</c>.</summary>
/// <param name="Points">Signed.</param>
/// <param name="Reason">A code of <see cref="AdjustmentReason"/>.</param>
/// <param name="Request">The caller's own name for it: what is asked twice is done once.</param>
/// <param name="Card">The card whose points move; the member's account without.</param>
/// <param name="Undoes">The adjustment that is taken back by it.</param>
/// <param name="By">Who wants it.</param>
internal sealed record AskedAdjustment(
    int Points, string Reason, string Request, long? Card = null, long? Undoes = null,
    string By = AuditActor.Operator) : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Body of <c>POST /api/adjustments/{number}/approve</c> and <c>/reject</c>.</summary>
/// <param name="By">Who decides: another than who asked.</param>
internal sealed record AskedApproval(string By = AuditActor.Operator) : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Members' points moved by hand, and what waits for a second person.</summary>
internal static class AdjustmentCalls
{
    public static void Map(RouteGroupBuilder api)
    {
        var read = api.For(Resource.Members, Access.Read);
        var change = api.For(Resource.Adjustments, Access.Change);
        var waiting = api.For(Resource.Approvals, Access.Read);
        var decide = api.For(Resource.Approvals, Access.Change);
        read.MapGet("/members/{id:long}/adjustments", (long id, MemberBook book, AdjustmentDesk desk) =>
            book.Find(id) is null ? Refused("member-unknown") : Results.Ok(desk.Of(id)));
        change.MapPost("/members/{id:long}/adjustments", Ask);
        waiting.MapGet("/approvals", (
            ApprovalList list, ClaimsPrincipal user, int skip = 0, int take = 100) =>
            list.Waiting(user.Scope!, Math.Max(skip, 0), BookCalls.Most(take)));
        decide.MapPost("/adjustments/{number:long}/approve", (
            long number, AskedApproval asked, AdjustmentDesk desk) =>
            Answer(desk.Decide(number, approves: true, asked.By)));
        decide.MapPost("/adjustments/{number:long}/reject", (
            long number, AskedApproval asked, AdjustmentDesk desk) =>
            Answer(desk.Decide(number, approves: false, asked.By)));
    }

    private static IResult Ask(long id, AskedAdjustment asked, AdjustmentDesk desk) =>
        desk.Ask(new AdjustmentWish(id, asked.Points, asked.Reason, asked.By)
        {
            Request = asked.Request,
            Card = asked.Card,
            Undoes = asked.Undoes,
        }) switch
        {
            AdjustmentAnswer.Taken(var adjustment) => Results.Ok(adjustment),
            AdjustmentAnswer.Refused(var code) => Refused(code),
            var other => throw new UnreachableException(other.ToString()),
        };

    private static IResult Answer(string? refusal) =>
        refusal is null ? Results.NoContent() : Refused(refusal);

    private static IResult Refused(string code) => code switch
    {
        "member-unknown" => Problems.NotFound(code, "There is no such member."),
        "adjustment-unknown" => Problems.NotFound(code, "There is no such adjustment of this member."),
        "card-unknown" => Problems.NotFound(code, "The member has no such card."),
        "card-not-active" => Conflict(code, "The card is neither active nor blocked."),
        "points-range" => Problems.BadRequest(
            code, $"1 to {AdjustmentDesk.PointsMost} points are moved, or below zero taken."),
        "reason-unknown" => Problems.BadRequest(
            code, $"Reasons are {string.Join(", ", AdjustmentReason.All)}."),
        "undo-unnamed" => Problems.BadRequest(code, "The reason undo, and no other, names what is undone."),
        "undo-differs" => Problems.BadRequest(code, "It is undone by as many points with the other sign."),
        "already-undone" => Conflict(code, "It is taken back already, or that waits."),
        "already-decided" => Conflict(code, "It does not wait for anybody."),
        "same-person" => Conflict(code, "Another person than who asked for it decides."),
        "request-used" => Conflict(code, "Something else was asked for under this name."),
        "request-length" => Problems.BadRequest(code, "A request's name has 1 to 64 characters."),
        "by-length" => Problems.BadRequest(code, "Who does it is named with 1 to 64 characters."),
        _ => throw new UnreachableException(code),
    };

    private static IResult Conflict(string code, string title) =>
        Problems.Of(StatusCodes.Status409Conflict, code, title);
}
