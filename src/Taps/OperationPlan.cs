using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Taps;

/// <summary>An operation that may go ahead, and everything it was decided from.</summary>
/// <param name="Known">What the replica has of the card; null for a stranger.</param>
internal sealed record ApprovedOperation(
    Checkout Checkout, Asked Asked, CardReading Reading, CardItem? Known, CardDecision.Approved Decision)
{
    /// <summary>What it does to the card.</summary>
    public CardChange ChangeFor(
        DateTimeOffset now, Circumstances circumstances, uint terminal, uint sequence) => new()
        {
            Kind = Decision.Terms.Kind,
            Time = now,
            Terminal = terminal,
            Sequence = sequence,
            Circumstances = circumstances,
            RuleSetVersion = (ushort)Decision.Terms.RuleSetVersion,
            Amount = (int)Decision.Terms.Amount.Minor,
            Earned = Decision.Terms.Earned,
            Redeemed = Decision.Terms.Redeemed,
            CardActionPoints = [.. Decision.Actions.Select(a => a.Points)],
            Profile = PendingCardActions.FileAfter(Decision.Actions) is { } file
                ? MemberFiles.ToProfile(file)
                : null,
            NextExpiry = Decision.Expiry,
            Tier = (byte)Decision.Occasion.Tier,
            Blocked = PendingCardActions.BlockedAfter(Reading.Newest.Blocked, Decision.Actions),
            LastCardAction = Decision.Actions is [.., var last] ? (ushort)last.Number : null,
            Acknowledged = Known?.AcknowledgedCounter ?? 0,
        };
}

/// <summary>What will be sent to the card, and the intent that says so beforehand.</summary>
/// <param name="Transaction">What the card is to do.</param>
/// <param name="Terms">As they were decided.</param>
internal sealed record OperationPlan(TransactionPlan Transaction, Intent Intent, OperationTerms Terms)
{
    /// <summary>The journal entry of the intent.</summary>
    public uint Sequence => Transaction.Record.Sequence;

    /// <param name="read">What the session has read so far; it will be part of the card's proof.</param>
    public static OperationPlan Of(
        ApprovedOperation operation, TransactionPlan transaction, IEnumerable<TransactionStep> read,
        SaleContext context)
    {
        var terms = operation.Decision.Terms;
        var intent = new Intent
        {
            OperationId = Entries.ToBytes(operation.Checkout.Id),
            Card = Entries.ToCard(operation.Reading.Uid, operation.Reading.Newest, operation.Known),
            Context = context,
            CounterRead = operation.Reading.Newest.Counter,
            BalanceBefore = operation.Reading.Balance,
            BalanceAfter = transaction.Record.BalanceAfter,
            Earned = (uint)terms.Earned,
            Redeemed = (uint)terms.Redeemed,
            AmountMinor = terms.Amount.Minor,
            Steps = { read.Concat(transaction.Steps).Select(Entries.ToStep) },
            IdempotencyKey = operation.Checkout.IdempotencyKey,
            Offline = transaction.Record.Circumstances.HasFlag(Circumstances.Offline),
            CardActions = { operation.Decision.Actions.Select(a => (uint)a.Number) },
            PointsAsked = (uint)terms.PointsAsked,
            Kind = (uint)terms.Kind,
            DueMinor = terms.DueMinor,
            OnAccount = terms.OnAccount,
            FromRefund = (uint)terms.FromRefund,
            RedemptionLimit = terms.RedemptionLimit?.ToString() ?? "",
        };
        Entries.Tell(operation.Asked, intent);
        return new OperationPlan(transaction, intent, terms);
    }
}
