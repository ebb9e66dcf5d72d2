using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Operator;

/// <summary>Body of <c>PUT /api/cards/{id}/offers/{offer}</c>.</summary>
/// <param name="Until">The last day; null for no end.</param>
/// <param name="Uses">How often.</param>
/// <param name="Kind">What the programme makes of it.</param>
/// <param name="By">Who gives it.</param>
internal sealed record AskedOffer(
    DateOnly? Until = null, long Uses = 1, long Kind = 0, string By = AuditActor.Operator) : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Offers on cards.</summary>
internal static class OfferCalls
{
    public static void Map(RouteGroupBuilder api)
    {
        var read = api.For(Resource.Offers, Access.Read);
        var change = api.For(Resource.Offers, Access.Change);
        read.MapGet("/cards/{id}/offers", (string id, CardList cards, OfferBook offers) =>
            CardCalls.Find(id, cards) is { } card ? Results.Ok(offers.Of(card.Number)) : CardCalls.Unknown());
        change.MapPut("/cards/{id}/offers/{offer:long}", (
            string id, long offer, AskedOffer asked, CardList cards, OfferBook offers, FeedBell bell) =>
            CardCalls.Change(CardCalls.Find(id, cards), bell, number =>
                new WantedOffer(offer, asked.Until, asked.Uses, asked.Kind, asked.By) is var wanted
                    && wanted.Refusal is { } refusal ? refusal : offers.Give(number, wanted)));
        change.MapDelete("/cards/{id}/offers/{offer:long}", (
            string id, long offer, CardList cards, OfferBook offers, FeedBell bell,
            [AsParameters] Signature signed) =>
            CardCalls.Change(
                CardCalls.Find(id, cards), bell, number => offers.Take(number, offer, signed.By)));
    }
}
