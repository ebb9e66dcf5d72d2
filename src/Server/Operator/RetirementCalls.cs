using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Operator;

/// <summary>Body of <c>POST /api/cards/{id}/replace</c>.</summary>
/// <param name="Reason">A code of <see cref="RetirementReason.OfReplacing"/>.</param>
/// <param name="By">Who does it.</param>
internal sealed record AskedReplacement(string Reason, string By = AuditActor.Operator);

/// <summary>Body of <c>POST /api/cards/{id}/retire</c>.</summary>
/// <param name="Reason">A code of <see cref="RetirementReason.OfRetiring"/>.</param>
/// <param name="Carry">Whether points that it has may go to its member's account.</param>
/// <param name="By">Who does it.</param>
internal sealed record AskedRetirement(string Reason, bool Carry = false, string By = AuditActor.Operator);

/// <summary>Taking cards out of use.</summary>
internal static class RetirementCalls
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/cards/{id}/retirements", (string id, CardList cards, RetirementBook book) =>
            CardCalls.Find(id, cards) is { } card
                ? Results.Ok(book.Of(card.Number))
                : CardCalls.Unknown());
        api.MapPost("/cards/{id}/replace", (
            string id, AskedReplacement asked, CardList cards, RetirementBook book, FeedBell bell) =>
            Answer(CardCalls.Find(id, cards), book, bell, number =>
                book.Replace(number, asked.Reason, asked.By)));
        api.MapPost("/cards/{id}/retire", (
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
