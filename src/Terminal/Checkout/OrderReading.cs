using System.Diagnostics;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Terminal;

/// <summary>What a till's order asks the decider, with all that this terminal knows about it.</summary>
internal sealed class OrderReading(Journal journal, Replica replica, TerminalProfile profile) : IOrderReading
{
    private readonly TerminalRecords _records = new(journal, replica, profile.Number);

    /// <inheritdoc/>
    public Circumstances Circumstances => Circumstances.Offline;

    /// <inheritdoc/>
    public Asked AskedBy(Checkout checkout, DateTimeOffset now)
    {
        var place = PlaceOf(checkout.Request, now);
        return checkout.Request.Order switch
        {
            Order.Sale sale => new Asked.Sale(sale.Basket, sale.PointsAsked, AuthorityAt(now), place),
            Order.Enquiry enquiry => new Asked.Sale(
                enquiry.Basket ?? Basket.Of(new Money(0, replica.Current?.Currency ?? "")),
                enquiry.PointsAsked, AuthorityAt(now), place),
            Order.Adjustment adjustment => new Asked.Adjust(adjustment, AuthorityAt(now), place),
            Order.SaleOnAccount sale => new Asked.Sale(
                sale.Basket, PointsAsked: 0, AuthorityAt(now), place),
            Order.Return back => new Asked.Undo(LogKind.Return, SoldTo(checkout), back.Lines, place),
            Order.Reversal when SoldTo(checkout) is var found => new Asked.Undo(
                LogKind.Reversal, found, found?.Rest ?? [], place),
            var other => throw new UnreachableException(other.ToString()),
        };
    }

    private SoldSale? SoldTo(Checkout undoing) =>
        _records.FindSale(undoing.Request.Order.Undoes!.Value, undoing.SaleTold);

    private Authority AuthorityAt(DateTimeOffset now)
    {
        var midnight = StoreClock.MidnightOf(now, profile.StoreZone);
        return new Authority(replica.Limits, new Used(
            journal.RedeemedSince(midnight), now - replica.AsOf, journal.AdjustedSince(midnight)));
    }

    private AskedPlace PlaceOf(CheckoutRequest request, DateTimeOffset now) => new(
        profile.Number,
        request.Store ?? profile.Store, StoreClock.TimeOf(request.SoldAt, now, profile.StoreZone),
        StoreClock.DayOf(now, profile.StoreZone));
}
