using Microsoft.Extensions.Logging;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Taps;

/// <summary>Sells to a card, whoever holds the keys: read, decided, written down, done, confirmed. Safe for
/// many threads, one card each.</summary>
internal sealed partial class Tap(TapBooks books, TerminalProfile profile, TapSurroundings surroundings)
{
    private const byte NoApplication = CardProtocol.CardStatus.ApplicationNotFound;

    private readonly ITapJournal _journal = books.Journal;
    private readonly ILogger _log = surroundings.Log;
    private readonly OperationIds _ids = new(surroundings.Clock, surroundings.Random);
    private readonly Lock _deciding = new();

    /// <summary>Whether the keys are there.</summary>
    public bool Ready => books.Keys.Ready;

    /// <summary>Opens a session: 3 APDUs.</summary>
    /// <exception cref="CardException">The card is not ours, or left.</exception>
    public CardSession Open(ICardConnection connection)
    {
        var version = (byte)(books.Cards.Find(connection.Uid)?.Item.SaleKeyVersion ?? 0);
        return CardSession.Open(connection, books.Keys, version, surroundings.Random);
    }

    /// <summary>Does what the checkout wants, on a session that has read nothing yet.</summary>
    /// <returns>Where it leaves the checkout: completed, declined, to be presented again, or in
    /// doubt.</returns>
    /// <remarks>What the journal throws comes through: the till must then not be told anything.</remarks>
    public CheckoutState Serve(CardSession session, Checkout checkout)
    {
        using var span = OperationTrace.Start("card transaction", checkout.Id);
        span?.SetTag(OperationTrace.TerminalTag, profile.Number)
            .SetTag(OperationTrace.CardTag, session.Uid.Masked);
        var state = Do(session, checkout);
        span.Ended(state);
        return state;
    }

    private CheckoutState Do(CardSession session, Checkout checkout)
    {
        var now = surroundings.Clock.GetUtcNow();
        if (!LogRecord.CanHold(now))
            return new CheckoutState.Declined(DeclineReason.ClockWrong);

        try
        {
            if (checkout.Request.Order is Order.Enquiry enquiry)
                return Answer(session, enquiry, checkout, now);
            var card = session.Card;
            var (newest, balance) = card.ReadState();
            var reading = new CardReading(session.Uid, newest, balance);
            return Decide(reading, checkout, card.Steps, now) switch
            {
                (CardDecision.Approved, { } plan) => Commit(card, plan),
                (CardDecision.Declined { Reason: DeclineReason.CardBlocked }, var marking) =>
                    RefuseBlocked(card, reading, marking),
                (CardDecision.Declined declined, _) => new CheckoutState.Declined(declined.Reason),
                (CardDecision.Contradicted contradiction, _) => Refuse(reading, contradiction),
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

    /// <summary>The card left before its log was read: nothing is lost by it.</summary>
    public void NoteUnread(Uid uid, CardException wrong) => LogUnread(uid.Masked, wrong.Message);

    // 1 APDU, and 1 more for the member file.
    private CheckoutState Answer(
        CardSession session, Order.Enquiry enquiry, Checkout checkout, DateTimeOffset now)
    {
        var newest = session.Card.ReadNewest();
        var reading = new CardReading(session.Uid, newest, newest.BalanceAfter);
        var sight = books.Look(session.Uid);
        var asked = books.Orders.AskedBy(checkout, now);
        var decision = CardDecider.Decide(reading, sight, asked);
        if (decision is CardDecision.Contradicted contradiction)
            return Refuse(reading, contradiction);

        var member = enquiry.WithMember ? session.Card.ReadProfile() : null;
        var expiry = sight.Card?.ExpiryAt(newest.Counter) ?? NextExpiry.Of(newest);
        return new CheckoutState.Answered(new EnquiryResult(
            newest.CardNumber, newest.BalanceAfter, newest.Tier, newest.Counter, newest.CardExpiry,
            (decision as CardDecision.Declined)?.Reason)
        {
            ExpiresOn = expiry.Day,
            Expiring = Math.Min(expiry.Points, newest.BalanceAfter),
            Language = member is null || member == MemberProfile.Erased ? null : member.Language,
            Offers = member is null ? null : MemberFiles.OffersOf(member, asked.Place.Today),
            Alias = member is { Alias.Length: > 0 } ? member.Alias : null,
            Quote = enquiry.Basket is not null && decision is CardDecision.Approved approved
                ? CheckoutResult.Quoted(newest, approved, asked.Place.Today)
                : null,
        });
    }

    // Two readers must not both spend what is left of the day's limit: what is decided is written down before
    // the next decision.
    private (CardDecision Decision, OperationPlan? Plan) Decide(
        CardReading reading, Checkout checkout, IReadOnlyList<TransactionStep> read, DateTimeOffset now)
    {
        lock (_deciding)
        {
            var sight = books.Look(reading.Uid);
            var asked = books.Orders.AskedBy(checkout, now);
            var decision = CardDecider.Decide(reading, sight, asked);
            if (Operation(decision, checkout, asked, reading, sight.Card?.Item) is not { } operation)
                return (decision, null);
            return (
                decision, _journal.Begin(next => PlanFor(operation, read, now, next), plan => plan.Intent));
        }
    }

    // Where headquarters decides, nobody is served for want of the mark; and the terminal takes what is
    // written down there for the checkout's own.
    private ApprovedOperation? Operation(
        CardDecision decision, Checkout checkout, Asked asked, CardReading reading, CardItem? known) =>
        decision switch
        {
            CardDecision.Approved approved =>
                new ApprovedOperation(checkout, asked, reading, known, approved),
            CardDecision.Declined { Marking: { } marking }
                when !books.Orders.Circumstances.HasFlag(Circumstances.Centralised) =>
                new ApprovedOperation(
                    checkout with { Id = _ids.Next(), IdempotencyKey = "" }, new Asked.Mark(asked.Place),
                    reading, known, marking),
            _ => null,
        };

    private CheckoutState Commit(MemberCard card, OperationPlan plan)
    {
        var uid = Uid.FromBytes(plan.Intent.Card.Uid.Span);
        EncryptedReaderId previous;
        try
        {
            previous = plan.Transaction.Stage(card);
        }
        catch (CardException wrong)
        {
            var code = Explain(uid, wrong);
            _journal.Append(Entries.Failure(plan.Sequence, code));     // CommitTransaction was never sent
            return new CheckoutState.PresentAgain(code);
        }

        try
        {
            var proof = card.Commit();
            if (books.Check?.IsGenuine(uid, new CommitEvidence(proof, [.. card.Steps])) == false)
                return RefuseImitation(plan, proof);
            _journal.Append(Entries.Outcome(plan, proof, card.Steps));
            return new CheckoutState.Completed(CheckoutResult.Of(plan.Intent, plan.Terms));
        }
        catch (CardException wrong)
        {
            Explain(uid, wrong);
            _journal.Append(Entries.Doubt(plan.Sequence, previous));   // it was: only the log can tell
            return new CheckoutState.InDoubt(plan.Sequence);
        }
    }

    private OperationPlan PlanFor(
        ApprovedOperation operation, IReadOnlyList<TransactionStep> read, DateTimeOffset now, uint sequence)
    {
        var transaction = TransactionPlan.Of(
            operation.Reading.Newest,
            operation.ChangeFor(now, books.Orders.Circumstances, profile.Number, sequence),
            n => books.Keys.Sign(operation.Reading.Uid, profile.Number, sequence, n));
        var context = Entries.ToContext(
            operation.Checkout, operation.Decision.Occasion, operation.Decision.Terms, profile,
            operation.Asked.Place.Today);
        return OperationPlan.Of(operation, transaction, read, context);
    }

    private CheckoutState.Declined Refuse(CardReading reading, CardDecision.Contradicted contradiction)
    {
        LogSuspect(reading.Uid.Masked, contradiction.Code);
        var card = Entries.ToCard(reading.Uid, reading.Newest, books.Cards.Find(reading.Uid)?.Item);
        _journal.Append(Entries.Suspicion(card, reading, contradiction));
        return new CheckoutState.Declined(DeclineReason.CardSuspect);
    }

    // It has the sale key, and signs as the card never would: somebody has stolen keys.
    private CheckoutState.PresentAgain RefuseImitation(OperationPlan plan, CommitProof proof)
    {
        LogSuspect(Uid.FromBytes(plan.Intent.Card.Uid.Span).Masked, CardDecider.MacWrong);
        _journal.Append(Entries.Failure(plan.Sequence, RetryCode.CardNotTrusted));
        _journal.Append(Entries.Imitation(plan.Intent, proof));
        return new CheckoutState.PresentAgain(RetryCode.CardNotTrusted);
    }

    // Headquarters learns where a blocked card is shown. What only asks is not written down. Whether the card
    // has taken its mark is nothing to the till: where it has not, it is told at its next tap.
    private CheckoutState.Declined RefuseBlocked(
        MemberCard opened, CardReading reading, OperationPlan? marking)
    {
        if (marking is not null)
            Commit(opened, marking);
        var card = Entries.ToCard(reading.Uid, reading.Newest, books.Cards.Find(reading.Uid)?.Item);
        _journal.Append(Entries.Blocked(card, reading));
        return new CheckoutState.Declined(DeclineReason.CardBlocked);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The tap of card {Card} ended: {Reason}")]
    private partial void LogTapEnded(string card, string reason);

    [LoggerMessage(
        Level = LogLevel.Debug, Message = "The log of card {Card} waits for its next tap: {Reason}")]
    private partial void LogUnread(string card, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Card {Card} is not to be trusted: {Reason}")]
    private partial void LogNotTrusted(string card, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Card {Card} contradicts what is known of it: {Code}")]
    private partial void LogSuspect(string card, string code);
}

/// <summary>What a tap is decided from and written into.</summary>
internal sealed record TapBooks(
    ITapJournal Journal, ICardKnowledge Cards, ICardKeys Keys, IOrderReading Orders)
{
    /// <summary>Null at a terminal, which cannot tell an imitation that has the sale key.</summary>
    public ICommitCheck? Check { get; init; }

    /// <summary>All that a decision about a card rests on.</summary>
    public CardSight Look(Uid uid) => Cards.Look(uid) with { Left = Journal.Left(uid) };
}

/// <summary>What a tap takes from outside.</summary>
/// <param name="Random">For handshakes.</param>
internal sealed record TapSurroundings(TimeProvider Clock, FillRandom Random, ILogger Log);
