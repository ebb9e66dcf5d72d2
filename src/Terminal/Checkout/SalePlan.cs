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
    /// <summary>Card actions first, then what the customer spends, then what the sale earns.</summary>
    public IReadOnlyList<int> Changes =>
        [.. Decision.Actions.Select(a => a.Points)
            .Append(-Decision.Terms.Redeemed).Append(Decision.Terms.Earned).Where(points => points != 0)];

    public SaleFacts FactsFor(DateTimeOffset now, uint terminal, uint sequence) => new(
        now, terminal, sequence, (ushort)Decision.Terms.RuleSetVersion, (int)Checkout.Request.Amount.Minor,
        Decision.Terms.Earned, Decision.Terms.Redeemed, Decision.Actions.Sum(a => a.Points),
        Decision.Actions is [.., var last] ? (ushort)last.Number : Reading.Newest.LastCardAction);

    /// <summary>Where and when it is sold, and under which rules.</summary>
    public SaleContext ContextFor(TerminalProfile profile, DateOnly today) => new()
    {
        Programme = profile.Programme,
        Currency = Checkout.Request.Amount.Currency,
        Store = Checkout.Request.Store ?? profile.Store,
        StoreZone = profile.StoreZone.Id,
        BusinessDate = (Checkout.Request.BusinessDate ?? today).ToString("O", CultureInfo.InvariantCulture),
        SoldAt = Checkout.Request.SoldAt ?? "",
        RuleSetVersion = (uint)Decision.Terms.RuleSetVersion,
    };
}

/// <summary>What will be sent to the card, and the intent that says so beforehand.</summary>
/// <param name="Sequence">The journal entry of the intent.</param>
/// <param name="Changes">Credits above and debits below zero, in the order in which they are sent.</param>
/// <param name="Record">The record to append.</param>
/// <param name="ReaderId">This terminal's name for the commit.</param>
internal sealed record SalePlan(
    uint Sequence, IReadOnlyList<int> Changes, LogRecord Record, ReaderId ReaderId, Intent Intent)
{
    /// <param name="read">What the session has read so far; it will be part of the card's proof.</param>
    public static SalePlan Of(
        ApprovedSale sale, LogRecord record, ReaderId readerId, IEnumerable<TransactionStep> read,
        SaleContext context)
    {
        var changes = sale.Changes;
        var steps = read
            .Concat(changes.Select(PlannedSteps.ChangePoints))
            .Append(PlannedSteps.Append(record))
            .Append(PlannedSteps.CommitReaderId(readerId));
        var intent = new Intent
        {
            OperationId = ByteString.CopyFrom(sale.Checkout.Id.ToByteArray(bigEndian: true)),
            Card = Entries.ToCard(sale.Reading.Uid, sale.Reading.Newest, sale.Known),
            Context = context,
            CounterRead = sale.Reading.Newest.Counter,
            BalanceBefore = sale.Reading.Balance,
            BalanceAfter = record.BalanceAfter,
            Earned = (uint)sale.Decision.Terms.Earned,
            Redeemed = (uint)sale.Decision.Terms.Redeemed,
            AmountMinor = sale.Checkout.Request.Amount.Minor,
            Steps = { steps.Select(Entries.ToStep) },
            IdempotencyKey = sale.Checkout.IdempotencyKey,
            Offline = true,
            CardActions = { sale.Decision.Actions.Select(a => (uint)a.Number) },
        };
        return new SalePlan(record.Sequence, changes, record, readerId, intent);
    }
}
