using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Terminal;

/// <summary>What is asked of a terminal.</summary>
/// <param name="Store">The store's number.</param>
/// <param name="LocalTime">The store's wall clock, to the second, as rules see it.</param>
/// <param name="Today">The store's, by the terminal's own clock.</param>
internal abstract record Asked(uint Store, DateTime LocalTime, DateOnly Today)
{
    /// <param name="PointsAsked">Points to redeem.</param>
    /// <param name="Limits">What this terminal may let redeem; null where nobody has said so.</param>
    /// <param name="Used">Points redeemed here today, and how old the replica is.</param>
    public sealed record Sale(
        Basket Basket, int PointsAsked, Limits? Limits, Used Used, uint Store, DateTime LocalTime,
        DateOnly Today)
        : Asked(Store, LocalTime, Today);

    /// <param name="Order">What a supervisor wants.</param>
    /// <param name="MovedToday">Points that supervisors have moved here today; what is in doubt
    /// counts.</param>
    public sealed record Adjust(
        Order.Adjustment Order, Limits? Limits, long MovedToday, uint Store, DateTime LocalTime,
        DateOnly Today)
        : Asked(Store, LocalTime, Today);

    /// <param name="Kind">Return or reversal.</param>
    /// <param name="Sold">The sale; null where this terminal knows none that happened.</param>
    /// <param name="Now">What comes back.</param>
    public sealed record Undo(
        LogKind Kind, SoldSale? Sold, IReadOnlyList<ReturnedLine> Now, uint Store, DateTime LocalTime,
        DateOnly Today)
        : Asked(Store, LocalTime, Today);
}

/// <summary>How far a terminal's own limits are used up.</summary>
/// <param name="DayPoints">Points redeemed here today; what is in doubt counts.</param>
/// <param name="ReplicaAge">Since it last had all that headquarters says.</param>
internal readonly record struct Used(long DayPoints, TimeSpan ReplicaAge);
