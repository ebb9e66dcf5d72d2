using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Operator;

/// <summary>Body of <c>POST /api/members/anonymous</c>.</summary>
internal sealed record AskedAnonymous(string Language = "en", string By = AuditActor.Operator) : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Body of <c>POST /api/members/{id}/register</c>.</summary>
internal sealed record AskedRegistration(
    string Name, string? Phone = null, string Language = "en", string? Email = null,
    string By = AuditActor.Operator) : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Body of <c>POST /api/members/{id}/erase</c>.</summary>
/// <param name="By">Who does it.</param>
internal sealed record AskedErasure(string By = AuditActor.Operator) : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Body of <c>POST /api/cards/{id}/move</c>.</summary>
/// <param name="Member">Whose the card is to be.</param>
/// <param name="By">Who does it.</param>
internal sealed record AskedMove(long Member, string By = AuditActor.Operator) : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Members of whom nobody knows who they are.</summary>
internal static class AnonymousCalls
{
    public static void Map(RouteGroupBuilder api)
    {
        var members = api.For(Resource.Members, Access.Change);
        var cards = api.For(Resource.Cards, Access.Change);
        var erasure = api.For(Resource.Erasure, Access.Change);
        members.MapPost("/members/anonymous", Add);
        members.MapPost("/members/{id:long}/register", Register);
        erasure.MapPost("/members/{id:long}/erase", (
            long id, AskedErasure asked, ErasureBook book, FeedBell bell) =>
            Answer(book.Erase(id, asked.By), bell));
        cards.MapPost("/cards/{id}/move", (
            string id, AskedMove asked, CardList cards, AnonymousBook book, FeedBell bell) =>
            CardCalls.Find(id, cards) is { } card
                ? Answer(book.Move(card.Number, asked.Member, asked.By), bell)
                : CardCalls.Unknown());
    }

    private static IResult Add(AskedAnonymous asked, AnonymousBook book, ProgrammeBook programmes)
    {
        if (asked.Language is not ("en" or "ru"))
            return Problems.BadRequest("language-unknown", "Languages are en and ru.");
        var added = book.Add(programmes.All()[0].Number, asked.Language, asked.By);
        return Results.Created($"/api/members/{added.Id}", added);
    }

    private static IResult Register(long id, AskedRegistration asked, AnonymousBook book, FeedBell bell)
    {
        var details = new NewMember(asked.Name, asked.Phone, asked.Language, asked.Email);
        return details.Refusal is { } refusal
            ? Problems.BadRequest(refusal, "The member cannot be registered like this.")
            : Answer(book.Register(id, details, asked.By), bell);
    }

    private static IResult Answer(string? refusal, FeedBell bell)
    {
        if (refusal is not null)
            return CardProblems.Of(refusal);
        bell.Ring();
        return Results.NoContent();
    }
}
