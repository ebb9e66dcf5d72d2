using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Operator;

/// <summary>Body of <c>POST /api/cards/{id}/block</c> and <c>/unblock</c>.</summary>
/// <param name="Reason">A code of <see cref="BlockReason"/>.</param>
/// <param name="By">Who does it.</param>
internal sealed record AskedBlock(string Reason, string By = "operator");

/// <summary>Blocking cards, and letting them in again.</summary>
internal static class BlockCalls
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/cards/{id}/blocks", (string id, CardList cards, BlockBook book) =>
            CardCalls.Find(id, cards) is { } card
                ? Results.Ok(book.History(card.Number))
                : CardCalls.Unknown());
        api.MapPost("/cards/{id}/block", (
            string id, AskedBlock asked, CardList cards, BlockBook book, FeedBell bell) =>
            Answer(CardCalls.Find(id, cards), bell, number => book.Block(number, asked.Reason, asked.By)));
        api.MapPost("/cards/{id}/unblock", (
            string id, AskedBlock asked, CardList cards, BlockBook book, FeedBell bell) =>
            Answer(CardCalls.Find(id, cards), bell, number => book.Unblock(number, asked.Reason, asked.By)));
    }

    private static IResult Answer(CardRow? card, FeedBell bell, Func<long, string?> change)
    {
        if (card is null)
            return CardCalls.Unknown();
        if (change(card.Number) is { } refusal)
            return Refused(refusal);
        bell.Ring();
        return Results.NoContent();
    }

    private static IResult Refused(string code) => code switch
    {
        "already-blocked" => Conflict(code, "The card is blocked already."),
        "not-blocked" => Conflict(code, "The card is not blocked."),
        "card-not-active" => Conflict(code, "The card is neither active nor blocked."),
        "reason-unknown" => Problems.BadRequest(
            code,
            $"Reasons to block are {string.Join(", ", BlockReason.OfBlocking)}; to unblock "
            + $"{string.Join(", ", BlockReason.OfUnblocking)}."),
        "by-length" => Problems.BadRequest(code, "Who does it has 1 to 64 characters."),
        _ => CardCalls.Unknown(),
    };

    private static IResult Conflict(string code, string title) =>
        Problems.Of(StatusCodes.Status409Conflict, code, title);
}
