using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Staff;

namespace SmartCardCrm.Server.Operator;

/// <summary>All that is held about a member, for the member.</summary>
internal static class ExportCalls
{
    public static void Map(RouteGroupBuilder api) =>
        api.For(Resource.Erasure, Access.Read).MapGet("/members/{id:long}/export", AsFile);

    /// <summary>As a file.</summary>
    public static IResult AsFile(long id, MemberExport export, HttpContext context) =>
        export.AsFile(id, AuditActor.Of(context)) is { } file
            ? Results.File(file, "application/json", $"member-{id}.json")
            : Problems.NotFound("member-unknown", $"There is no member {id}.");
}
