using System.Security.Claims;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Staff;
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
        var members = api.For(Resource.Members, Access.Read);
        var newMembers = api.For(Resource.Members, Access.Change);
        var rules = api.For(Resource.Rules, Access.Change);
        var transactions = api.For(Resource.Transactions, Access.Read);
        var overview = api.For(Resource.Overview, Access.Read);
        var audit = api.For(Resource.Audit, Access.Read);
        newMembers.MapPost("/members", AddMember);
        members.MapGet("/members", (MemberBook book, string? text, int skip = 0, int take = 100) =>
            book.List(text, Math.Max(skip, 0), Most(take)));
        members.MapGet("/members/{id:long}/points", (long id, MemberBook book, MemberPointsReport report) =>
            book.Find(id) is { } member
                ? Results.Ok(report.Of(member))
                : Problems.NotFound("member-unknown", $"There is no member {id}."));
        rules.MapPost("/rule-sets", Publish);
        transactions.MapGet("/transactions", Transactions);
        overview.MapGet("/overview", (BookFigures figures) => figures.Overview());
        audit.MapGet("/audit", (Database database, string? subject, int skip = 0, int take = 100) =>
            database.Read(db => AuditLog.List(db, subject, Math.Max(skip, 0), Most(take))));
        audit.MapGet("/audit/verify", (Database database) => database.Read(AuditReport.Of));
        overview.MapGet("/check", (BookFigures figures) => figures.Check());
    }

    public static int Most(int take) => Math.Clamp(take, 1, OperatorEndpoints.RowsMost);

    private static IResult AddMember(
        AskedMember asked, MemberBook members, ProgrammeBook programmes, HttpContext context)
    {
        var member = new NewMember(asked.Name, asked.Phone, asked.Language, asked.Email);
        if (member.Refusal is { } refusal)
            return Problems.BadRequest(refusal, "The member cannot be taken on like this.");

        var added = members.Add(programmes.All()[0].Number, member, AuditActor.Of(context));
        return Results.Created($"/api/members/{added.Id}", added);
    }

    private static async Task<IResult> Publish(HttpRequest request, ProgrammeBook programmes, FeedBell bell)
    {
        var document = await Body.ReadAsync(request);
        try
        {
            var published = programmes.Publish(
                RuleSet.FromDocument(document), AuditActor.Of(request.HttpContext));
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
        TransactionList transactions, ClaimsPrincipal user, long? card, long? terminal, int skip = 0,
        int take = 100)
    {
        var filter = new TransactionFilter { Card = card, Terminal = terminal, Within = user.Scope };
        return Results.Ok(transactions.Newest(filter, Math.Max(skip, 0), Most(take)));
    }
}
