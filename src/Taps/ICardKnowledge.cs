using System.Globalization;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Taps;

/// <summary>What headquarters says of one card.</summary>
/// <param name="Item">The newest item. Not to be changed.</param>
/// <param name="Pending">Card actions of the card's generation that headquarters has not yet seen
/// applied.</param>
internal sealed record KnownCard(CardItem Item, IReadOnlyList<CardAction> Pending)
{
    /// <summary>Points that the book has on the card, which are all that may be redeemed where headquarters
    /// decides: whoever has stolen sale keys can write any number on his own card. Null at a
    /// terminal.</summary>
    public int? PointsBooked { get; init; }

    /// <summary>What expires next, as headquarters has reckoned it of all that the card had done up to this
    /// counter; null where it has not: then what the card says holds.</summary>
    public NextExpiry? ExpiryAt(uint counter)
    {
        if (Item.NextExpiry is not { } told || told.Counter != counter)
            return null;
        if (told is { Day: "", Points: 0 })
            return NextExpiry.None;
        return DateOnly.TryParseExact(told.Day, "O", CultureInfo.InvariantCulture, default, out var day)
            && NextExpiry.CanHold(day) && told.Points <= int.MaxValue
                ? new NextExpiry(day, (int)told.Points)
                : null;
    }
}

/// <summary>What a tap is decided from, besides the card: a terminal's replica, or the book itself. Safe for
/// many threads.</summary>
internal interface ICardKnowledge
{
    /// <summary>The rules in force; null before there are any.</summary>
    RuleSet? Current { get; }

    /// <summary>What is known of a card; null for a stranger.</summary>
    KnownCard? Find(Uid uid);

    /// <summary>Whether headquarters lets nobody be served with a card, known here or not. Ask before
    /// how old the knowledge is: damage shows when it is looked at.</summary>
    bool IsListed(Uid uid);

    /// <summary>All that a decision about a card rests on.</summary>
    CardSight Look(Uid uid) => new(Find(uid), IsListed(uid), Current);
}

/// <summary>All that a decision about a card rests on, besides the card and the till.</summary>
/// <param name="Card">What headquarters says of it; null for a stranger.</param>
/// <param name="IsListed">Whether it is on the hotlist.</param>
/// <param name="Rules">The rules in force; null before the first feed.</param>
internal sealed record CardSight(KnownCard? Card, bool IsListed, RuleSet? Rules)
{
    /// <summary>How this terminal itself left the card; null where it has not served it.</summary>
    public CardLeft? Left { get; init; }
}
