using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Operator;

/// <summary>Body of <c>POST /api/members</c>.</summary>
internal sealed record AskedMember(
    string Name, string? Phone = null, string Language = "en", string? Email = null);

/// <summary>Members, rules and what the book says.</summary>
internal static class BookCalls
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/members", AddMember);
        api.MapGet("/members", (MemberBook members, string? text, int skip = 0, int take = 100) =>
            members.List(text, Math.Max(skip, 0), Most(take)));
        api.MapGet("/members/{id:long}/points", (long id, MemberBook members, MemberPointsReport report) =>
            members.Find(id) is { } member
                ? Results.Ok(report.Of(member))
                : Problems.NotFound("member-unknown", $"There is no member {id}."));
        api.MapPost("/rule-sets", Publish);
        api.MapGet("/transactions", Transactions);
        api.MapGet("/overview", (BookFigures figures) => figures.Overview());
        api.MapGet("/audit", (Database database, string? subject, int skip = 0, int take = 100) =>
            database.Read(db => AuditLog.List(db, subject, Math.Max(skip, 0), Most(take))));
        api.MapGet("/audit/verify", (Database database) => database.Read(AuditReport.Of));
        api.MapGet("/check", (BookFigures figures) => figures.Check());
    }

    public static int Most(int take) => Math.Clamp(take, 1, OperatorEndpoints.RowsMost);

    private static IResult AddMember(AskedMember asked, MemberBook members, ProgrammeBook programmes)
    {
        var member = new NewMember(asked.Name, asked.Phone, asked.Language, asked.Email);
        if (member.Refusal is { } refusal)
            return Problems.BadRequest(refusal, "The member cannot be taken on like this.");

        var added = members.Add(programmes.All()[0].Number, member, AuditActor.Operator);
        return Results.Created($"/api/members/{added.Id}", added);
    }

    private static async Task<IResult> Publish(HttpRequest request, ProgrammeBook programmes, FeedBell bell)
    {
        var document = await Body.ReadAsync(request);
        try
        {
            var published = programmes.Publish(RuleSet.FromDocument(document), AuditActor.Operator);
            bell.Ring();
            return Results.Text(
                published.ToDocument(), "application/json", statusCode: StatusCodes.Status201Created);
        }
        catch (FormatException wrong)
        {
            return Problems.BadRequest("rule-set", wrong.Message);
        }
    }

    private static IResult Transactions(
        TransactionList transactions, long? card, long? terminal, int skip = 0, int take = 100) =>
        Results.Ok(transactions.Newest(
            new TransactionFilter { Card = card, Terminal = terminal }, Math.Max(skip, 0), Most(take)));
}
