using System.Globalization;
using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal;

/// <summary>A sale that may go ahead, and everything it was decided from.</summary>
/// <param name="Known">What the replica has of the card; null for a stranger.</param>
internal sealed record ApprovedSale(
    Checkout Checkout, CardReading Reading, CardItem? Known, CardDecision.Approved Decision)
{
    /// <summary>What it does to the card.</summary>
    public CardChange ChangeFor(DateTimeOffset now, uint terminal, uint sequence) => new()
    {
        Kind = LogKind.Sale,
        Time = now,
        Terminal = terminal,
        Sequence = sequence,
        Circumstances = Circumstances.Offline,
        RuleSetVersion = (ushort)Decision.Terms.RuleSetVersion,
        Amount = (int)Checkout.Request.Basket.Total.Minor,
        Earned = Decision.Terms.Earned,
        Redeemed = Decision.Terms.Redeemed,
        CardActionPoints = [.. Decision.Actions.Select(a => a.Points)],
        LastCardAction = Decision.Actions is [.., var last] ? (ushort)last.Number : null,
        Acknowledged = Known?.AcknowledgedCounter ?? 0,
    };

    /// <summary>Where and when it is sold, and under which rules.</summary>
    public SaleContext ContextFor(TerminalProfile profile, DateOnly today) => new()
    {
        Programme = profile.Programme,
        Currency = Checkout.Request.Basket.Currency,
        Store = Decision.Request.Occasion.Store,
        StoreZone = profile.StoreZone.Id,
        BusinessDate = (Checkout.Request.BusinessDate ?? today).ToString("O", CultureInfo.InvariantCulture),
        SoldAt = Checkout.Request.SoldAt ?? "",
        RuleSetVersion = (uint)Decision.Terms.RuleSetVersion,
        LocalTime = Decision.Request.Occasion.LocalTime.ToString(
            IntentReading.LocalTimeFormat, CultureInfo.InvariantCulture),
        Tier = (uint)Decision.Request.Occasion.Tier,
        Segments = { Decision.Request.Occasion.Segments },
    };
}

/// <summary>What will be sent to the card, and the intent that says so beforehand.</summary>
/// <param name="Transaction">What the card is to do.</param>
internal sealed record SalePlan(TransactionPlan Transaction, Intent Intent)
{
    /// <summary>The journal entry of the intent.</summary>
    public uint Sequence => Transaction.Record.Sequence;

    /// <param name="read">What the session has read so far; it will be part of the card's proof.</param>
    public static SalePlan Of(
        ApprovedSale sale, TransactionPlan transaction, IEnumerable<TransactionStep> read,
        SaleContext context)
    {
        var intent = new Intent
        {
            OperationId = ByteString.CopyFrom(sale.Checkout.Id.ToByteArray(bigEndian: true)),
            Card = Entries.ToCard(sale.Reading.Uid, sale.Reading.Newest, sale.Known),
            Context = context,
            CounterRead = sale.Reading.Newest.Counter,
            BalanceBefore = sale.Reading.Balance,
            BalanceAfter = transaction.Record.BalanceAfter,
            Earned = (uint)sale.Decision.Terms.Earned,
            Redeemed = (uint)sale.Decision.Terms.Redeemed,
            AmountMinor = sale.Checkout.Request.Basket.Total.Minor,
            Steps = { read.Concat(transaction.Steps).Select(Entries.ToStep) },
            IdempotencyKey = sale.Checkout.IdempotencyKey,
            Offline = true,
            CardActions = { sale.Decision.Actions.Select(a => (uint)a.Number) },
            Lines = { sale.Checkout.Request.Basket.Lines.Select(Entries.ToLine) },
            PointsAsked = (uint)sale.Decision.Request.PointsAsked,
        };
        return new SalePlan(transaction, intent);
    }
}
