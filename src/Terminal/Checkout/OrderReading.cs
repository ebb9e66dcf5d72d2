using System.Diagnostics;
using System.Globalization;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Terminal;

/// <summary>What a till's order asks the decider, with all that this terminal knows about it.</summary>
internal sealed class OrderReading(Journal journal, Replica replica, TerminalProfile profile)
{
    private readonly TerminalRecords _records = new(journal, replica, profile.Number);

    /// <param name="now">By this terminal's clock.</param>
    public Asked AskedBy(Checkout checkout, DateTimeOffset now)
    {
        var request = checkout.Request;
        var (store, today, time) = (request.Store ?? profile.Store, DayOf(now), TimeOf(request, now));
        return request.Order switch
        {
            Order.Sale sale => new Asked.Sale(
                sale.Basket, sale.PointsAsked, replica.Limits, UsedBy(now), store, time, today),
            Order.Enquiry enquiry => new Asked.Sale(
                enquiry.Basket ?? Basket.Of(new Money(0, replica.Current?.Currency ?? "")),
                enquiry.PointsAsked, replica.Limits, UsedBy(now), store, time, today),
            Order.Adjustment adjustment => new Asked.Adjust(
                adjustment, replica.Limits, journal.AdjustedSince(MidnightOf(now)), store, time, today),
            Order.SaleOnAccount sale => new Asked.Sale(
                sale.Basket, PointsAsked: 0, replica.Limits, UsedBy(now), store, time, today),
            Order.Return back => new Asked.Undo(
                LogKind.Return, SoldTo(checkout), back.Lines, store, time, today),
            Order.Reversal when SoldTo(checkout) is var found => new Asked.Undo(
                LogKind.Reversal, found, found?.Rest ?? [], store, time, today),
            var other => throw new UnreachableException(other.ToString()),
        };
    }

    /// <summary>The store's day.</summary>
    public DateOnly DayOf(DateTimeOffset now) => DateOnly.FromDateTime(ClockOf(now));

    private SoldSale? SoldTo(Checkout undoing) =>
        SoldSale.Find(_records, undoing.Request.Order.Undoes!.Value, undoing.SaleTold);

    private Used UsedBy(DateTimeOffset now) =>
        new(journal.RedeemedSince(MidnightOf(now)), now - replica.AsOf);

    private DateTimeOffset MidnightOf(DateTimeOffset now)
    {
        var midnight = DayOf(now).ToDateTime(TimeOnly.MinValue);
        // Where clocks go back over midnight, the day begins with the first of the two.
        var offset = profile.StoreZone.IsAmbiguousTime(midnight)
            ? profile.StoreZone.GetAmbiguousTimeOffsets(midnight).Max()
            : profile.StoreZone.GetUtcOffset(midnight);
        return new DateTimeOffset(midnight, offset);
    }

    private DateTime TimeOf(CheckoutRequest request, DateTimeOffset now)
    {
        if (request.SoldAt is { } told)
            return DateTime.ParseExact(told, IntentReading.LocalTimeFormat, CultureInfo.InvariantCulture);
        var clock = ClockOf(now);
        return clock.AddTicks(-(clock.Ticks % TimeSpan.TicksPerSecond));
    }

    // The store's wall clock.
    private DateTime ClockOf(DateTimeOffset now) => TimeZoneInfo.ConvertTime(now, profile.StoreZone).DateTime;
}
