using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Taps;

/// <summary>What is asked of whoever decides.</summary>
/// <param name="Place">Where and when.</param>
internal abstract record Asked(AskedPlace Place)
{
    /// <param name="PointsAsked">Points to redeem.</param>
    /// <param name="Authority">How far who decides may go.</param>
    public sealed record Sale(Basket Basket, int PointsAsked, Authority Authority, AskedPlace Place)
        : Asked(Place);

    /// <param name="Order">What a supervisor wants.</param>
    /// <param name="Authority">How far who decides may go.</param>
    public sealed record Adjust(Order.Adjustment Order, Authority Authority, AskedPlace Place) : Asked(Place);

    /// <summary>Nothing: the card is told what headquarters has decided.</summary>
    public sealed record Mark(AskedPlace Place) : Asked(Place);

    /// <param name="Kind">Return or reversal.</param>
    /// <param name="Sold">The sale; null where who decides knows none that happened.</param>
    /// <param name="Now">What comes back.</param>
    public sealed record Undo(
        LogKind Kind, SoldSale? Sold, IReadOnlyList<ReturnedLine> Now, AskedPlace Place) : Asked(Place);
}

/// <summary>Where and when something is asked for.</summary>
/// <param name="Terminal">The terminal's number.</param>
/// <param name="Store">The store's number.</param>
/// <param name="LocalTime">The store's wall clock, to the second, as rules see it.</param>
/// <param name="Today">The store's, by the clock of who decides.</param>
internal sealed record AskedPlace(uint Terminal, uint Store, DateTime LocalTime, DateOnly Today);

/// <summary>How far whoever decides may go.</summary>
/// <param name="Limits">The terminal's; null where nobody has said so.</param>
/// <param name="Used">How far they are used up.</param>
internal sealed record Authority(Limits? Limits, Used Used)
{
    /// <summary>Whether headquarters itself decides: what a customer may redeem is then what its book has on
    /// the card, and no limit of the terminal's.</summary>
    public bool IsHeadquarters { get; init; }
}

/// <summary>How far a terminal's limits are used up.</summary>
/// <param name="DayPoints">Points redeemed there today; what is in doubt counts.</param>
/// <param name="ReplicaAge">Since it last had all that headquarters says.</param>
/// <param name="MovedToday">Points that supervisors have moved there today; what is in doubt counts.</param>
internal readonly record struct Used(long DayPoints, TimeSpan ReplicaAge, long MovedToday = 0);

/// <summary>Reads orders as questions to the decider, with all that is known about them.</summary>
internal interface IOrderReading
{
    /// <summary>Whether headquarters decides: the card's record says so.</summary>
    Circumstances Circumstances { get; }

    /// <param name="checkout">It wants a card.</param>
    /// <param name="now">By the clock of who decides.</param>
    Asked AskedBy(Checkout checkout, DateTimeOffset now);
}
