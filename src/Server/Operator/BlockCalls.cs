using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Operator;

/// <summary>Body of <c>POST /api/cards/{id}/block</c> and <c>/unblock</c>.</summary>
/// <param name="Reason">A code of <see cref="BlockReason"/>.</param>
/// <param name="By">Who does it.</param>
internal sealed record AskedBlock(string Reason, string By = "operator") : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Blocking cards, and letting them in again.</summary>
internal static class BlockCalls
{
    public static void Map(RouteGroupBuilder api)
    {
        var read = api.For(Resource.Cards, Access.Read);
        var change = api.For(Resource.Cards, Access.Change);
        read.MapGet("/cards/{id}/blocks", (string id, CardList cards, BlockBook book) =>
            CardCalls.Find(id, cards) is { } card
                ? Results.Ok(book.History(card.Number))
                : CardCalls.Unknown());
        change.MapPost("/cards/{id}/block", (
            string id, AskedBlock asked, CardList cards, BlockBook book, FeedBell bell) =>
            CardCalls.Change(
                CardCalls.Find(id, cards), bell, number => book.Block(number, asked.Reason, asked.By)));
        change.MapPost("/cards/{id}/unblock", (
            string id, AskedBlock asked, CardList cards, BlockBook book, FeedBell bell) =>
            CardCalls.Change(
                CardCalls.Find(id, cards), bell, number => book.Unblock(number, asked.Reason, asked.By)));
    }
}
