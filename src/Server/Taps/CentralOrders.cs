using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Taps;

namespace SmartCardCrm.Server.Taps;

/// <summary>What a till's order asks headquarters.</summary>
/// <param name="books">Where it looks.</param>
/// <param name="profile">The terminal that asks.</param>
/// <param name="adjustedToday">Points that supervisors have moved there today, as it says itself.</param>
internal sealed class CentralOrders(CentralBooks books, TerminalProfile profile, long adjustedToday)
    : IOrderReading
{
    /// <inheritdoc/>
    public Circumstances Circumstances => Circumstances.Centralised;

    /// <inheritdoc/>
    /// <exception cref="FormatException">Such an order needs no card.</exception>
    public Asked AskedBy(Checkout checkout, DateTimeOffset now)
    {
        var place = new AskedPlace(
            profile.Number,
            checkout.Request.Store ?? profile.Store,
            StoreClock.TimeOf(checkout.Request.SoldAt, now, profile.StoreZone),
            StoreClock.DayOf(now, profile.StoreZone));
        return checkout.Request.Order switch
        {
            Order.Sale sale => new Asked.Sale(sale.Basket, sale.PointsAsked, Authority(adjustedToday), place),
            Order.Enquiry enquiry => new Asked.Sale(
                enquiry.Basket ?? Basket.Of(new Money(0, Rules().Currency)), enquiry.PointsAsked,
                Authority(adjustedToday), place),
            Order.Adjustment adjustment => new Asked.Adjust(adjustment, Authority(AdjustedAt(now)), place),
            Order.Return back => new Asked.Undo(LogKind.Return, Sold(back.SaleId), back.Lines, place),
            Order.Reversal reversal when Sold(reversal.SaleId) is var sold =>
                new Asked.Undo(LogKind.Reversal, sold, sold?.Rest ?? [], place),
            _ => throw new FormatException("The order needs no card."),
        };
    }

    private RuleSet Rules() => books.Database.Read(db => ProgrammeBook.Current(db, profile.Programme));

    private SoldSale? Sold(Guid sale)
    {
        var told = books.Sales.Find(
            profile.Programme, Convert.ToHexString(sale.ToByteArray(bigEndian: true)));
        var sold = SoldSale.Told(
            told, version => books.Database.Read(db => ProgrammeBook.Find(db, profile.Programme, version)),
            profile.Number);
        return sold is null ? null : sold with { Returned = SoldSale.LinesOf(told.Returned) };
    }

    private Authority Authority(long adjusted) => new(
        books.Limits.Of(profile.Number), new Used(DayPoints: 0, ReplicaAge: TimeSpan.Zero, adjusted))
    {
        IsHeadquarters = true,
    };

    // What a terminal says of itself only ever makes its limits narrower.
    private long AdjustedAt(DateTimeOffset now)
    {
        var midnight = StoreClock.MidnightOf(now, profile.StoreZone);
        var adjusted = books.Database.Read(db =>
            CardTransaction.AdjustedSince(db, profile.Number, UnixTime.Microseconds(midnight))
            + Intents.AdjustingOf(db, profile.Number));
        return Math.Max(adjusted, adjustedToday);
    }
}

/// <summary>Where headquarters looks to decide.</summary>
internal sealed record CentralBooks(Database Database, SaleFinder Sales, LimitsBook Limits);
