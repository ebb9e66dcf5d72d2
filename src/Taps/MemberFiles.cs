using System.Globalization;
using System.Text;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Taps;

/// <summary>A card's member file as headquarters says it, and as the card has it.</summary>
internal static class MemberFiles
{
    private const string DayFormat = "yyyy-MM-dd";
    private const int LanguageLength = 2;

    /// <summary>What stands on the card then.</summary>
    public static MemberProfile ToProfile(MemberFile file) => file.Language.Length == 0
        ? MemberProfile.Erased
        : new MemberProfile
        {
            Language = file.Language,
            Offers = [.. file.Offers.Select(o => new Offer(o.Id, o.Until, o.UsesLeft, o.Kind))],
        };

    /// <summary>The offers on a card that hold today.</summary>
    public static IReadOnlyList<CardOffer> OffersOf(MemberProfile profile, DateOnly today) =>
    [
        .. profile.Offers.Where(o => o.UsesLeft > 0 && (o.Until is null || o.Until >= today))
            .Select(o => new CardOffer(o.Id, o.Until, o.UsesLeft, o.Kind)),
    ];

    public static MemberFileItem ToItem(MemberFile file) => new()
    {
        Language = file.Language,
        Offers =
        {
            file.Offers.Select(offer => new OfferItem
            {
                Id = offer.Id,
                Until = offer.Until?.ToString(DayFormat, CultureInfo.InvariantCulture) ?? "",
                UsesLeft = offer.UsesLeft,
                Kind = offer.Kind,
            }),
        },
    };

    /// <exception cref="FormatException">No card has room for it.</exception>
    public static MemberFile OfItem(MemberFileItem item)
    {
        var file = new MemberFile(item.Language) { Offers = [.. item.Offers.Select(OfferOf)] };
        var isWhole = file.Language.Length == 0
            ? file.Offers.Count == 0
            : file.Language.Length == LanguageLength && Ascii.IsValid(file.Language)
                && file.Offers.Count <= MemberFile.OffersMost;
        return isWhole ? file : throw new FormatException("No card has room for such a member file.");
    }

    private static CardOffer OfferOf(OfferItem item)
    {
        DateOnly? until = item.Until.Length == 0
            ? null
            : DateOnly.ParseExact(item.Until, DayFormat, CultureInfo.InvariantCulture);
        return item is { Id: > 0, UsesLeft: <= byte.MaxValue, Kind: <= byte.MaxValue }
            && (until is null || NextExpiry.CanHold(until.Value))
            ? new CardOffer(item.Id, until, (byte)item.UsesLeft, (byte)item.Kind)
            : throw new FormatException("No card has room for such an offer.");
    }
}
