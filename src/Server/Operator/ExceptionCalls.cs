using System.Security.Claims;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Staff;

namespace SmartCardCrm.Server.Operator;

/// <summary>Body of <c>POST /api/exceptions/{id}/assign</c>.</summary>
/// <param name="Owner">Whose it is to be; empty for nobody's.</param>
/// <param name="By">Who gives it.</param>
internal sealed record AskedOwner(string Owner, string By = AuditActor.Operator) : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Body of <c>POST /api/exceptions/{id}/notes</c>.</summary>
internal sealed record AskedNote(string Note, string By = AuditActor.Operator) : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Body of <c>POST /api/exceptions/{id}/resolve</c>.</summary>
/// <param name="Reason">A code of <see cref="ResolutionReason"/>.</param>
/// <param name="Points">To be put on the card, or below zero taken off.</param>
/// <param name="By">Who wants it.</param>
internal sealed record AskedResolution(string Reason, int Points = 0, string By = AuditActor.Operator)
    : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Body of <c>POST /api/exceptions/{id}/approve</c> and <c>/reject</c>.</summary>
/// <param name="Proposal">The number of the resolution that was looked at.</param>
/// <param name="By">Who decides: another than who asked.</param>
internal sealed record AskedDecision(long Proposal, string By = AuditActor.Operator) : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Exceptions, and what people do about them.</summary>
internal static class ExceptionCalls
{
    public static void Map(RouteGroupBuilder api)
    {
        var read = api.For(Resource.Exceptions, Access.Read);
        var change = api.For(Resource.Exceptions, Access.Change).AddEndpointFilter(WhereVisible);
        var decide = api.For(Resource.Approvals, Access.Change).AddEndpointFilter(WhereVisible);
        read.MapGet("/exceptions", List);
        read.MapGet("/exceptions/{id:long}", (long id, ExceptionList exceptions, ClaimsPrincipal user) =>
            exceptions.Find(id, user.Scope!) is { } story ? Results.Ok(story) : Answer("exception-unknown"));
        change.MapPost("/exceptions/{id:long}/assign", (long id, AskedOwner asked, ExceptionDesk desk) =>
            Answer(desk.Assign(id, asked.Owner, asked.By)));
        change.MapPost("/exceptions/{id:long}/notes", (long id, AskedNote asked, ExceptionDesk desk) =>
            Answer(desk.Note(id, asked.Note, asked.By)));
        change.MapPost("/exceptions/{id:long}/resolve", (
            long id, AskedResolution asked, ExceptionDesk desk) =>
            Answer(desk.Resolve(id, new ResolutionWish(asked.Reason, asked.Points, asked.By))));
        decide.MapPost("/exceptions/{id:long}/approve", (long id, AskedDecision asked, ExceptionDesk desk) =>
            Answer(desk.Decide(id, asked.Proposal, approves: true, asked.By)));
        decide.MapPost("/exceptions/{id:long}/reject", (long id, AskedDecision asked, ExceptionDesk desk) =>
            Answer(desk.Decide(id, asked.Proposal, approves: false, asked.By)));
    }

    // What is done about one of another store's is done about one that is not there.
    private static async ValueTask<object?> WhereVisible(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var exceptions = http.RequestServices.GetRequiredService<ExceptionList>();
        return http.User.Scope is { IsChain: false } scope
            && exceptions.Find(context.GetArgument<long>(0), scope) is null
            ? Answer("exception-unknown")
            : await next(context);
    }

    private static IResult List(
        ExceptionList exceptions, ClaimsPrincipal user, string? cause, string? owner, bool open = true,
        int skip = 0, int take = 100)
    {
        var filter = new ExceptionFilter
        {
            OpenOnly = open,
            Cause = cause,
            Owner = owner,
            Within = user.Scope,
        };
        return Results.Ok(exceptions.Newest(filter, Math.Max(skip, 0), BookCalls.Most(take)));
    }

    private static IResult Answer(string? refusal) => refusal switch
    {
        null => Results.NoContent(),
        "exception-unknown" => Problems.NotFound(refusal, "There is no such exception."),
        "exception-closed" => Conflict(refusal, "The exception is closed already."),
        "exception-late" => Conflict(
            refusal, "Its terminal is still to report; if it is gone for good, revoke it first."),
        "already-proposed" => Conflict(refusal, "A resolution waits for a second person."),
        "nothing-proposed" => Conflict(refusal, "No resolution waits for a second person."),
        "proposal-other" => Conflict(refusal, "Another resolution waits than the one that was looked at."),
        "same-person" => Conflict(refusal, "Another person than who asked for it decides."),
        "card-unknown" => Conflict(refusal, "The exception names no card whose points could be moved."),
        "points-missing" => Problems.BadRequest(refusal, "A correction says by how many points."),
        "reason-unknown" => Problems.BadRequest(
            refusal,
            $"What the data may still close: {string.Join(", ", ResolutionReason.For(Cause.Gap))}. Anything "
            + $"else: {string.Join(", ", ResolutionReason.For(Cause.BadProof))}."),
        "note-length" => Problems.BadRequest(refusal, "A note has 1 to 1000 characters."),
        "owner-length" => Problems.BadRequest(refusal, "An owner's name has at most 64 characters."),
        "by-length" => Problems.BadRequest(refusal, "Who does it is named with 1 to 64 characters."),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static IResult Conflict(string code, string title) =>
        Problems.Of(StatusCodes.Status409Conflict, code, title);
}
