using System.Globalization;
using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;
using BasketLine = SmartCardCrm.SyncContract.BasketLine;
using ReturnedLine = SmartCardCrm.SyncContract.ReturnedLine;

namespace SmartCardCrm.Taps;

/// <summary>Journal entries in the wire's form.</summary>
internal static class Entries
{
    public static Step ToStep(TransactionStep step) => new()
    {
        Header = ByteString.CopyFrom(step.Header.Span),
        Data = ByteString.CopyFrom(step.Data.Span),
    };

    public static ByteString ToBytes(Guid operation) =>
        ByteString.CopyFrom(operation.ToByteArray(bigEndian: true));

    public static ReturnedLine ToReturned(Loyalty.Programme.ReturnedLine line) =>
        new() { Line = (uint)line.Line, QuantityMilli = line.QuantityMilli };

    public static BasketLine ToLine(Loyalty.Programme.BasketLine line) => new()
    {
        Sku = line.Sku,
        Category = line.Category,
        QuantityMilli = line.QuantityMilli,
        AmountMinor = line.AmountMinor,
        TaxMinor = line.TaxMinor,
        DiscountMinor = line.DiscountMinor,
    };

    /// <param name="newest">A record read from the card; it names the card number.</param>
    /// <param name="known">What the replica has of the card; null for a stranger.</param>
    public static CardRef ToCard(Uid uid, LogRecord newest, CardItem? known)
    {
        Span<byte> bytes = stackalloc byte[Uid.Length];
        uid.CopyTo(bytes);
        return new CardRef
        {
            Uid = ByteString.CopyFrom(bytes),
            Generation = known?.Card.Generation ?? 0,
            TmKeyVersion = known?.Card.TmKeyVersion ?? 0,
            LayoutVersion = known?.Card.LayoutVersion ?? 0,
            CardNumber = newest.CardNumber,
        };
    }

    /// <summary>What a day counts of an operation that happened.</summary>
    public static DayOperation ToDayOperation(Intent intent) => new(
        intent.Kind, intent.AmountMinor, intent.DueMinor, intent.Card is null ? 0 : intent.Earned,
        intent.Redeemed,
        intent.Card is null && intent.SaleOperationId.IsEmpty ? intent.Earned : intent.OnAccount);

    /// <summary>Where and when an operation is done, and under which rules.</summary>
    /// <param name="occasion">What the rules were told of the customer.</param>
    /// <param name="today">The store's day.</param>
    public static SaleContext ToContext(
        Checkout checkout, Occasion occasion, OperationTerms terms, TerminalProfile profile, DateOnly today)
    {
        var businessDate = checkout.Request.BusinessDate ?? today;
        return new SaleContext
        {
            Programme = profile.Programme,
            Currency = terms.Amount.Currency,
            Store = occasion.Store,
            StoreZone = profile.StoreZone.Id,
            BusinessDate = businessDate.ToString("O", CultureInfo.InvariantCulture),
            SoldAt = checkout.Request.SoldAt ?? "",
            RuleSetVersion = (uint)terms.RuleSetVersion,
            LocalTime = occasion.LocalTime.ToString(
                IntentReading.LocalTimeFormat, CultureInfo.InvariantCulture),
            Tier = (uint)occasion.Tier,
            Segments = { occasion.Segments },
            Cashier = checkout.Request.Cashier ?? "",
        };
    }

    /// <summary>Writes what was asked into an intent: the basket, or what comes back of which sale.</summary>
    public static void Tell(Asked asked, Intent intent)
    {
        switch (asked)
        {
            case Asked.Sale sale:
                intent.Lines.Add(sale.Basket.Lines.Select(ToLine));
                break;
            case Asked.Adjust { Order: var order }:
                (intent.Reason, intent.Supervisor) = (order.Reason, order.Supervisor);
                break;
            case Asked.Undo { Sold: { } sold } undo:
                intent.SaleOperationId = sold.Intent.OperationId;
                intent.Returned.Add(undo.Now.Select(ToReturned));
                intent.ReturnedBefore.Add(sold.Returned.Select(ToReturned));
                break;
        }
    }

    public static EntryBody Outcome(
        OperationPlan plan, CommitProof proof, IEnumerable<TransactionStep> steps) =>
        new()
        {
            Outcome = new Outcome
            {
                IntentSequence = plan.Sequence,
                OperationId = plan.Intent.OperationId,
                Card = plan.Intent.Card,
                Tmc = proof.Tmc,
                Tmv = ToBytes(proof.Tmv),
                Steps = { steps.Select(ToStep) },
            },
        };

    public static EntryBody Failure(uint sequence, string code) =>
        new() { Failure = new Failure { IntentSequence = sequence, Code = code } };

    public static EntryBody Doubt(uint sequence, EncryptedReaderId previous)
    {
        Span<byte> bytes = stackalloc byte[EncryptedReaderId.Length];
        previous.CopyTo(bytes);
        return new EntryBody
        {
            Doubt = new Doubt
            {
                IntentSequence = sequence,
                EncryptedPreviousReaderId = ByteString.CopyFrom(bytes),
            },
        };
    }

    public static EntryBody Abandonment(uint sequence) =>
        new() { Abandonment = new Abandonment { IntentSequence = sequence } };

    /// <param name="proof">What the card says of the commit in doubt; null where it no longer says, or never
    /// did.</param>
    public static EntryBody Settlement(
        OpenDoubt doubt, LogRecord newest, bool happened, CommitProof? proof) =>
        new()
        {
            Settlement = new Settlement
            {
                IntentSequence = doubt.Sequence,
                Happened = happened,
                Card = doubt.Intent.Card,
                NewestCounter = newest.Counter,
                NewestRecord = ToBytes(newest),
                Tmc = proof?.Tmc ?? 0,
                Tmv = proof is { } some ? ToBytes(some.Tmv) : ByteString.Empty,
            },
        };

    public static EntryBody Suspicion(
        CardRef card, CardReading reading, CardDecision.Contradicted contradiction) =>
        new()
        {
            Suspicion = new Suspicion
            {
                Card = card,
                CounterRead = reading.Newest.Counter,
                BalanceRead = reading.Balance,
                CounterKnown = contradiction.CounterKnown,
                BalanceKnown = contradiction.BalanceKnown,
                Code = contradiction.Code,
            },
        };

    public static EntryBody Blocked(CardRef card, CardReading reading) => new()
    {
        Suspicion = new Suspicion
        {
            Card = card,
            CounterRead = reading.Newest.Counter,
            BalanceRead = reading.Balance,
            Code = CardDecider.CardBlocked,
        },
    };

    /// <summary>A card that committed what it was told to, and signed it with a key that is not the
    /// card's.</summary>
    public static EntryBody Imitation(Intent intent, CommitProof proof) => new()
    {
        Suspicion = new Suspicion
        {
            Card = intent.Card,
            CounterRead = proof.Tmc,
            BalanceRead = intent.BalanceBefore,
            CounterKnown = intent.CounterRead,
            BalanceKnown = intent.BalanceBefore,
            Code = CardDecider.MacWrong,
        },
    };

    /// <param name="records">Newest first, without a hole.</param>
    public static EntryBody CardLog(CardRef card, IEnumerable<LogRecord> records) =>
        new() { CardLog = new CardLog { Card = card, Records = { records.Select(ToBytes) } } };

    private static ByteString ToBytes(LogRecord record)
    {
        Span<byte> bytes = stackalloc byte[LogRecord.Length];
        record.Encode(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private static ByteString ToBytes(TransactionMacValue tmv)
    {
        Span<byte> bytes = stackalloc byte[TransactionMacValue.Length];
        tmv.CopyTo(bytes);
        return ByteString.CopyFrom(bytes);
    }
}
