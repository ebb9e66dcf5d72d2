using System.Globalization;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal;

/// <summary>Sells to a card: read, decided, written down, done, confirmed. Safe for many threads, one card
/// each.</summary>
internal sealed partial class Tap(
    Journal journal, Replica replica, TerminalKeys keys, TerminalProfile profile,
    TapSurroundings surroundings)
{
    private const byte NoApplication = CardProtocol.CardStatus.ApplicationNotFound;

    private readonly ILogger _log = surroundings.Log;

    /// <summary>Whether the keys are there.</summary>
    public bool Ready => keys.Ready;

    /// <summary>Opens a session: 3 APDUs.</summary>
    /// <exception cref="CardException">The card is not ours, or left.</exception>
    public CardSession Open(ICardConnection connection)
    {
        var version = (byte)(replica.Find(connection.Uid)?.Item.SaleKeyVersion ?? 0);
        return CardSession.Open(connection, keys, version, surroundings.Random);
    }

    /// <summary>Does what the checkout wants, on a session that has read nothing yet.</summary>
    /// <returns>Where it leaves the checkout: completed, declined, to be presented again, or in
    /// doubt.</returns>
    /// <exception cref="JournalFailedException">What is on disk is unknown; the till must not be told
    /// anything.</exception>
    public CheckoutState Serve(CardSession session, Checkout checkout)
    {
        var now = surroundings.Clock.GetUtcNow();
        if (!LogRecord.CanHold(now))
            return new CheckoutState.Declined(DeclineReason.ClockWrong);

        try
        {
            if (checkout.Request.Order is Order.Enquiry enquiry)
                return Answer(session, enquiry, AskedBy(checkout.Request, now));
            var card = session.Card;
            var reading = new CardReading(session.Uid, card.ReadNewest(), card.ReadBalance());
            var known = replica.Find(session.Uid);
            var asked = AskedBy(checkout.Request, now);
            return CardDecider.Decide(reading, known, replica.Current, asked) switch
            {
                CardDecision.Approved approved => Commit(
                    card, new ApprovedOperation(checkout, asked, reading, known?.Item, approved), now),
                CardDecision.Declined declined => new CheckoutState.Declined(declined.Reason),
                CardDecision.Contradicted contradiction => Refuse(reading, known?.Item, contradiction),
                var other => throw new System.Diagnostics.UnreachableException(other.ToString()),
            };
        }
        catch (CardException wrong)
        {
            return new CheckoutState.PresentAgain(Explain(session.Uid, wrong));
        }
    }

    /// <summary>What a card's "no", or its leaving, means to the till; noted in the log.</summary>
    /// <returns>A <see cref="RetryCode"/>.</returns>
    public string Explain(Uid uid, CardException wrong)
    {
        if (wrong is CardNotTrustedException)
            LogNotTrusted(uid.Masked, wrong.Message);
        else
            LogTapEnded(uid.Masked, wrong.Message);
        return wrong switch
        {
            CardLostException => RetryCode.CardLost,
            CardNotTrustedException => RetryCode.CardNotTrusted,
            KeysForgottenException => RetryCode.KeysForgotten,
            CardForeignException => RetryCode.CardForeign,
            CardRefusedException { Status: NoApplication } => RetryCode.CardForeign,
            _ => RetryCode.CardRefused,
        };
    }

    // 1 APDU, and 1 more for the member file.
    private CheckoutState Answer(CardSession session, Order.Enquiry enquiry, Asked asked)
    {
        var newest = session.Card.ReadNewest();
        var reading = new CardReading(session.Uid, newest, newest.BalanceAfter);
        var known = replica.Find(session.Uid);
        var decision = CardDecider.Decide(reading, known, replica.Current, asked);
        if (decision is CardDecision.Contradicted contradiction)
            return Refuse(reading, known?.Item, contradiction);

        var member = enquiry.WithMember ? session.Card.ReadProfile() : null;
        return new CheckoutState.Answered(new EnquiryResult(
            newest.CardNumber, newest.BalanceAfter, newest.Tier, newest.Counter, newest.CardExpiry,
            (decision as CardDecision.Declined)?.Reason)
        {
            Language = member?.Language,
            Alias = member is { Alias.Length: > 0 } ? member.Alias : null,
            Quote = enquiry.Basket is not null && decision is CardDecision.Approved approved
                ? CheckoutResult.Quoted(newest, approved)
                : null,
        });
    }

    private CheckoutState Commit(MemberCard card, ApprovedOperation operation, DateTimeOffset now)
    {
        var plan = journal.Begin(next => PlanFor(operation, card.Steps, now, next), plan => plan.Intent);
        EncryptedReaderId previous;
        try
        {
            previous = plan.Transaction.Stage(card);
        }
        catch (CardException wrong)
        {
            var code = Explain(operation.Reading.Uid, wrong);
            journal.Append(Entries.Failure(plan.Sequence, code));     // CommitTransaction was never sent
            return new CheckoutState.PresentAgain(code);
        }

        try
        {
            var proof = card.Commit();
            journal.Append(Entries.Outcome(plan, proof, card.Steps));
            return new CheckoutState.Completed(CheckoutResult.Of(plan.Intent, operation.Decision.Terms));
        }
        catch (CardException wrong)
        {
            Explain(operation.Reading.Uid, wrong);
            journal.Append(Entries.Doubt(plan.Sequence, previous));   // it was: only the log can tell
            return new CheckoutState.InDoubt(plan.Sequence);
        }
    }

    private OperationPlan PlanFor(
        ApprovedOperation operation, IReadOnlyList<TransactionStep> read, DateTimeOffset now, uint sequence)
    {
        var transaction = TransactionPlan.Of(
            operation.Reading.Newest, operation.ChangeFor(now, profile.Number, sequence),
            n => keys.Sign(operation.Reading.Uid, profile.Number, sequence, n));
        var context = operation.ContextFor(profile, DateOnly.FromDateTime(LocalTime(now)));
        return OperationPlan.Of(operation, transaction, read, context);
    }

    private CheckoutState.Declined Refuse(
        CardReading reading, CardItem? known, CardDecision.Contradicted contradiction)
    {
        LogSuspect(reading.Uid.Masked, contradiction.Code);
        var card = Entries.ToCard(reading.Uid, reading.Newest, known);
        journal.Append(Entries.Suspicion(card, reading, contradiction));
        return new CheckoutState.Declined(DeclineReason.CardSuspect);
    }

    private Asked AskedBy(CheckoutRequest request, DateTimeOffset now)
    {
        var clock = LocalTime(now);
        var sold = request.SoldAt is { } told
            ? DateTime.ParseExact(told, IntentReading.LocalTimeFormat, CultureInfo.InvariantCulture)
            : clock.AddTicks(-(clock.Ticks % TimeSpan.TicksPerSecond));
        var (store, today) = (request.Store ?? profile.Store, DateOnly.FromDateTime(clock));
        return request.Order switch
        {
            Order.Sale sale => new Asked.Sale(sale.Basket, sale.PointsAsked, store, sold, today),
            Order.Enquiry enquiry => new Asked.Sale(
                enquiry.Basket ?? Basket.Of(new Money(0, replica.Current?.Currency ?? "")),
                enquiry.PointsAsked, store, sold, today),
            Order.Return back => new Asked.Undo(
                LogKind.Return, SoldSale.Find(journal, replica, back.SaleId), back.Lines, store, sold, today),
            Order.Reversal reversal when SoldSale.Find(journal, replica, reversal.SaleId) is var found =>
                new Asked.Undo(LogKind.Reversal, found, found?.Rest ?? [], store, sold, today),
            var other => throw new System.Diagnostics.UnreachableException(other.ToString()),
        };
    }

    // The store's.
    private DateTime LocalTime(DateTimeOffset now) =>
        TimeZoneInfo.ConvertTime(now, profile.StoreZone).DateTime;

    [LoggerMessage(Level = LogLevel.Information, Message = "The tap of card {Card} ended: {Reason}")]
    private partial void LogTapEnded(string card, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Card {Card} is not to be trusted: {Reason}")]
    private partial void LogNotTrusted(string card, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Card {Card} contradicts what is known of it: {Code}")]
    private partial void LogSuspect(string card, string code);
}

/// <summary>What a tap takes from outside.</summary>
/// <param name="Random">For handshakes.</param>
internal sealed record TapSurroundings(TimeProvider Clock, FillRandom Random, ILogger Log);
