using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Operator;

/// <summary>Body of <c>POST /api/cards/{id}/replace</c>.</summary>
/// <param name="Reason">A code of <see cref="RetirementReason.OfReplacing"/>.</param>
/// <param name="By">Who does it.</param>
internal sealed record AskedReplacement(string Reason, string By = AuditActor.Operator) : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Body of <c>POST /api/cards/{id}/retire</c>.</summary>
/// <param name="Reason">A code of <see cref="RetirementReason.OfRetiring"/>.</param>
/// <param name="Carry">Whether points that it has may go to its member's account.</param>
/// <param name="By">Who does it.</param>
internal sealed record AskedRetirement(string Reason, bool Carry = false, string By = AuditActor.Operator)
    : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Taking cards out of use.</summary>
internal static class RetirementCalls
{
    public static void Map(RouteGroupBuilder api)
    {
        var read = api.For(Resource.Cards, Access.Read);
        var change = api.For(Resource.Cards, Access.Change);
        read.MapGet("/cards/{id}/retirements", (string id, CardList cards, RetirementBook book) =>
            CardCalls.Find(id, cards) is { } card
                ? Results.Ok(book.Of(card.Number))
                : CardCalls.Unknown());
        change.MapPost("/cards/{id}/replace", (
            string id, AskedReplacement asked, CardList cards, RetirementBook book, FeedBell bell) =>
            Answer(CardCalls.Find(id, cards), book, bell, number =>
                book.Replace(number, asked.Reason, asked.By)));
        change.MapPost("/cards/{id}/retire", (
            string id, AskedRetirement asked, CardList cards, RetirementBook book, FeedBell bell) =>
            Answer(CardCalls.Find(id, cards), book, bell, number =>
                book.Retire(number, asked.Reason, asked.By, asked.Carry)));
    }

    private static IResult Answer(
        CardRow? card, RetirementBook book, FeedBell bell, Func<long, string?> change)
    {
        if (card is null)
            return CardCalls.Unknown();
        if (change(card.Number) is { } refusal)
            return CardProblems.Of(refusal);
        bell.Ring();
        return Results.Ok(book.Of(card.Number)[0]);
    }
}
