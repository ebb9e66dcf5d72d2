using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Collections;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.SyncContract;
using BasketLine = SmartCardCrm.Loyalty.Programme.BasketLine;
using ReturnedLine = SmartCardCrm.Loyalty.Programme.ReturnedLine;

namespace SmartCardCrm.Server.Sync;

/// <summary>Reads what a terminal wrote in its journal. What passes here has the lengths and ranges its kind
/// must have.</summary>
internal static class JournalReading
{
    private const int StepsMost = 64;
    private const int TextMost = 64;
    private const int OperationIdLength = 16;

    private const int CertificateMost = 4096;

    // A basket may come back gram by gram.
    private const int LinesReturnedMost = 10_000;

    /// <summary>The entry's content, or null where it is not readable.</summary>
    public static EntryBody? TryRead(JournalEntry entry)
    {
        try
        {
            var body = EntryBody.Parser.ParseFrom(entry.Body);
            return body.ProtocolVersion == 1 && IsWhole(body, entry.Sequence) ? body : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>The intent in a stored body that was read before.</summary>
    public static Intent IntentOf(byte[] body) => EntryBody.Parser.ParseFrom(body).Intent;

    /// <summary>The terms of an operation, with a card or without one, in a stored body that was read before;
    /// null where it is none.</summary>
    public static Intent? TermsOf(byte[] body) =>
        EntryBody.Parser.ParseFrom(body) is var entry ? entry.Intent ?? entry.AccountOperation?.Terms : null;

    /// <summary>What the till knew.</summary>
    public static Circumstance CircumstanceOf(Intent intent)
    {
        var context = intent.Context;
        return new Circumstance(
            Convert.ToHexString(intent.OperationId.Span), context.Store, context.StoreZone,
            context.BusinessDate, context.SoldAt)
        {
            Cashier = context.Cashier,
            Asked = AskedBy(intent),
            Undoing = UndoingOf(intent),
        };
    }

    /// <summary>What the rules were asked for an intent; null where a value is out of its range.</summary>
    public static SaleRequest? AskedBy(Intent intent)
    {
        var context = intent.Context;
        var isTime = DateTime.TryParseExact(
            context.LocalTime, "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None,
            out var localTime);
        var basket = new Basket(
            context.Currency,
            [.. intent.Lines.Select(line => new BasketLine(
                line.Sku, line.Category, line.QuantityMilli, line.AmountMinor, line.TaxMinor,
                line.DiscountMinor))]);
        if (!isTime || !basket.IsInRange || intent.PointsAsked > int.MaxValue || context.Tier > byte.MaxValue)
            return null;
        return new SaleRequest(
            basket, new Occasion((int)context.Tier, [.. context.Segments], context.Store, localTime),
            (int)intent.PointsAsked);
    }

    /// <summary>What a day counts of an operation that happened.</summary>
    public static DayOperation DayOperationOf(Intent intent)
    {
        var isAccountSale = intent.Card is null && intent.SaleOperationId.IsEmpty;
        return new DayOperation(
            intent.Kind, intent.AmountMinor, intent.DueMinor, isAccountSale ? 0 : intent.Earned,
            intent.Redeemed, isAccountSale ? intent.Earned : intent.OnAccount);
    }

    /// <summary>What a return's intent says of its sale; null where it names none.</summary>
    public static Undoing? UndoingOf(Intent? intent) =>
        intent is { SaleOperationId.Length: OperationIdLength }
        && LinesOf(intent.ReturnedBefore) is { } before && LinesOf(intent.Returned) is { } now
            ? new Undoing(Convert.ToHexString(intent.SaleOperationId.Span), before, now)
            : null;

    private static IReadOnlyList<ReturnedLine>? LinesOf(RepeatedField<SyncContract.ReturnedLine> lines) =>
        lines.All(line => line is { Line: < Basket.LinesMost, QuantityMilli: > 0 and <= int.MaxValue })
            ? [.. lines.Select(line => new ReturnedLine((int)line.Line, line.QuantityMilli))]
            : null;

    /// <summary>The steps of a transaction.</summary>
    /// <param name="steps">As the terminal wrote them.</param>
    /// <param name="previous">Completes a CommitReaderID that was written before the card had answered
    /// it.</param>
    public static IReadOnlyList<TransactionStep> StepsOf(
        IEnumerable<Step> steps, EncryptedReaderId? previous = null) =>
        [.. steps.Select(step => previous is { } answer && IsUnanswered(step)
            ? new TransactionStep(step.Header.Memory, (byte[])[.. step.Data.Span, .. Bytes.Of(answer)])
            : new TransactionStep(step.Header.Memory, step.Data.Memory))];

    /// <summary>Whether the terminal meant to do what the card signed.</summary>
    public static bool Meant(Intent intent, ProvenCommit commit)
    {
        var written = commit.Written;
        var lastAction = commit.Read?.LastCardAction ?? 0;
        var actions = Enumerable.Range(lastAction + 1, Math.Max(written.LastCardAction - lastAction, 0));
        return intent.CounterRead + 1 == commit.Counter
            && intent.BalanceBefore == commit.BalanceBefore
            && intent.BalanceAfter == written.BalanceAfter
            && intent.Earned == written.Earned
            && intent.Redeemed == written.Redeemed
            && intent.AmountMinor == written.Amount
            && intent.Kind == (uint)written.Kind
            && intent.CardActions.SequenceEqual(actions.Select(number => (uint)number));
    }

    // CommitReaderID as an intent has it.
    private static bool IsUnanswered(Step step) =>
        step.Header.Span is [0xC8] && step.Data.Length == ReaderId.Length;

    private static bool IsWhole(EntryBody body, uint sequence) => body.ContentCase switch
    {
        EntryBody.ContentOneofCase.Intent => IsWhole(body.Intent),
        EntryBody.ContentOneofCase.Outcome =>
            IsEarlier(body.Outcome.IntentSequence, sequence) && IsWhole(body.Outcome.Card)
            && body.Outcome.Tmv.Length == TransactionMacValue.Length && AreWhole(body.Outcome.Steps),
        EntryBody.ContentOneofCase.Failure => IsEarlier(body.Failure.IntentSequence, sequence),
        EntryBody.ContentOneofCase.Doubt =>
            IsEarlier(body.Doubt.IntentSequence, sequence)
            && body.Doubt.EncryptedPreviousReaderId.Length is 0 or EncryptedReaderId.Length,
        EntryBody.ContentOneofCase.Settlement =>
            IsEarlier(body.Settlement.IntentSequence, sequence)
            && body.Settlement.Tmv.Length is 0 or TransactionMacValue.Length,
        EntryBody.ContentOneofCase.Abandonment => IsEarlier(body.Abandonment.IntentSequence, sequence),
        EntryBody.ContentOneofCase.AccountOperation =>
            body.AccountOperation.Terms is { Card: null, Steps.Count: 0 } terms && AreWholeTerms(terms)
            && body.AccountOperation.SealedContact.Length <= SealedContact.LengthMost,
        EntryBody.ContentOneofCase.DayClose =>
            body.DayClose.OperationId.Length == OperationIdLength
            && body.DayClose.Certificate.Length <= CertificateMost,
        EntryBody.ContentOneofCase.Suspicion => IsWhole(body.Suspicion.Card) && IsText(body.Suspicion.Code),
        EntryBody.ContentOneofCase.CardLog =>
            IsWhole(body.CardLog.Card) && body.CardLog.Records.Count is >= 1 and <= MemberCard.RecordsKept
            && body.CardLog.Records.All(record => record.Length == LogRecord.Length),
        _ => false,
    };

    private static bool IsWhole(Intent intent) =>
        IsWhole(intent.Card) && AreWhole(intent.Steps) && intent.CounterRead < uint.MaxValue
        && AreWholeTerms(intent);

    private static bool AreWholeTerms(Intent intent) =>
        IsWhole(intent.Context) && intent.OperationId.Length == OperationIdLength
        && intent.Lines.Count <= Basket.LinesMost && intent.Returned.Count <= Basket.LinesMost
        && intent.ReturnedBefore.Count <= LinesReturnedMost
        && intent.SaleOperationId.Length is 0 or OperationIdLength
        && IsText(intent.Reason) && IsText(intent.Supervisor)
        && IsAmount(intent.AmountMinor) && IsAmount(intent.DueMinor);

    // A card's record holds no more; and what is added up over a day must not run over.
    private static bool IsAmount(long minor) => minor is >= int.MinValue and <= int.MaxValue;

    private static bool IsWhole(SaleContext? context) =>
        context is not null
        && IsText(context.StoreZone) && IsText(context.BusinessDate) && IsText(context.SoldAt)
        && IsText(context.Cashier);

    /// <summary>Whether it may be stored and shown: PostgreSQL takes no NUL in a text, and people no control
    /// characters in a list.</summary>
    public static bool IsText(string text) => text.Length <= TextMost && !text.Any(char.IsControl);

    private static bool IsWhole(CardRef? card) => card is { Uid.Length: Uid.Length };

    private static bool AreWhole(RepeatedField<Step> steps) =>
        steps.Count is > 0 and <= StepsMost && steps.All(step => step.Header.Length > 0);

    private static bool IsEarlier(uint intentSequence, uint sequence) =>
        intentSequence > 0 && intentSequence < sequence;
}
