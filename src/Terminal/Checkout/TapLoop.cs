using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Terminal;

/// <summary>
/// One reader's work, a step at a time: a card that comes is asked about open doubts, serves one checkout,
/// and may then be lent to a guest. Nothing is sent to a card nobody asked for. Used by one thread.
/// </summary>
internal sealed class TapLoop(ICardReader reader, Till till)
{
    // A hand that puts a card down, or takes a second one away, needs a moment.
    private static readonly TimeSpan UnreadableAfter = TimeSpan.FromSeconds(3);

    private readonly Func<Order, bool> _mayServe = till.MayServe;
    private Insertion? _insertion;

    // What the first look finds may lie there since before a restart.
    private Uid? _mayStillLie = till.Journal.LastServed;

    /// <summary>Looks at the reader and does what there is to do; blocks only while it works with a
    /// card.</summary>
    /// <returns>Whether there was something to do: then look again at once.</returns>
    /// <exception cref="JournalFailedException">Nothing may be sold before the journal has been opened
    /// anew.</exception>
    public bool Step()
    {
        till.Desk.ExpireOverdue();
        var presence = reader.Look();
        if (presence is not CardPresence.Present(var number))
        {
            Left(seen: presence is CardPresence.Absent);
            return false;
        }

        if (_insertion?.Number != number)
            _insertion = new Insertion(number);
        return HasWork(_insertion) && Serve(_insertion);
    }

    // What a reader finds when it comes back may have lain there all the time.
    private void Left(bool seen)
    {
        if (seen)
            _mayStillLie = null;
        else if (_insertion is { HasFinished: true, Uid: { } uid })
            _mayStillLie = uid;
        _insertion = null;
    }

    private bool HasWork(Insertion card) =>
        (card.Uid is null && !card.IsUnreadable)
        || (card is { MayBeAsked: true, Uid: { } uid } && MaySettle
            && till.Journal.DoubtsToSettle(uid).Count > 0)
        || MaySell(card)
        || (MayLend && till.Guests.Wants(reader.Name, card.Served));

    private bool MaySell(Insertion card) =>
        !card.HasServed && till.Desk.HasWork(reader.Name, _mayServe);

    private bool MaySettle => till.Tap.Ready || till.Headquarters.IsReachable;

    // An opened terminal lends no card to headquarters either.
    private bool MayLend => till.Desk.StoppedBecause != StopCode.Tamper;

    private bool Serve(Insertion card)
    {
        using var connection = reader.TryConnect();
        if (connection is null)
        {
            TellIfUnreadable(card);
            return false;
        }

        card.Opened(connection.Uid, wasServed: connection.Uid == _mayStillLie);
        SettleAndSell(card, connection);
        if (MayLend && till.Guests.TryTake(reader.Name, card.Served) is { } guest)
            Lend(guest, connection);
        return true;
    }

    private void TellIfUnreadable(Insertion card)
    {
        card.FailingSince ??= till.Clock.GetTimestamp();
        if (till.Clock.GetElapsedTime(card.FailingSince.Value) < UnreadableAfter)
            return;
        card.IsUnreadable = true;
        if (MaySell(card) && Take(card, null) is { } taken)
            till.Desk.Finish(taken.Id, new CheckoutState.PresentAgain(RetryCode.CardUnreadable));
    }

    private void SettleAndSell(Insertion card, ICardConnection connection)
    {
        var mayAsk = card.MayBeAsked && MaySettle;
        var doubts = mayAsk ? till.Journal.DoubtsToSettle(connection.Uid) : [];
        card.MayBeAsked &= !mayAsk;
        if (doubts.Count == 0 && !MaySell(card))
            return;

        Checkout? taken = null;
        try
        {
            // Without doubts the checkout is taken first: a card that cannot even be opened has had its try.
            if (doubts.Count == 0)
                taken = Take(card, null);
            using var taps = new CardTaps(till, connection);
            var revived = Settle(card, taps, doubts);
            taken ??= Take(card, revived);
            if (taken is null)
                return;
            var result = card.IsSuspect ? Suspect : taps.Serve(taken);
            // Whoever was only asked may buy without leaving the reader.
            card.HasServed = result is not CheckoutState.Answered;
            card.HasFinished = card.HasServed && result.IsOver;
            till.Desk.Finish(taken.Id, result);
            taps.CarryLog();
            if (card.Served is { } served && MayLend)
                till.Guests.Offer(reader.Name, served);
        }
        catch (CardException wrong)
        {
            card.HasServed = true;
            var code = till.Tap.Explain(connection.Uid, wrong);
            if (taken is not null)
                till.Desk.Finish(taken.Id, new CheckoutState.PresentAgain(code));
        }
        catch (HeadquartersAwayException)
        {
            // Its doubts are asked about when it comes again.
            card.HasServed = true;
        }
    }

    private static CheckoutState Suspect => new CheckoutState.Declined(DeclineReason.CardSuspect);

    private Checkout? Take(Insertion card, Guid? preferred)
    {
        var taken = card.HasServed
            ? null
            : till.Desk.TryTake(reader.Name, preferred, _mayServe, LanguageOf(card.Uid));
        card.HasServed |= taken is not null;
        return taken;
    }

    private string? LanguageOf(Uid? card)
    {
        var language = card is { } uid ? till.Replica.Find(uid)?.Item.Language : null;
        return string.IsNullOrEmpty(language) ? null : language;
    }

    // Returns the checkout that may try again with this very card.
    private Guid? Settle(Insertion card, CardTaps taps, IReadOnlyList<OpenDoubt> doubts)
    {
        Guid? revived = null;
        foreach (var doubt in doubts)
        {
            switch (taps.Settle(doubt))
            {
                case DoubtVerdict.Happened:
                    card.HasFinished |= till.Desk.DoubtSettled(doubt, happened: true) is not null;
                    card.HasServed |= card.HasFinished;
                    break;
                case DoubtVerdict.DidNotHappen:
                    revived = till.Desk.DoubtSettled(doubt, happened: false)?.Id ?? revived;
                    break;
                case DoubtVerdict.Behind:
                    card.IsSuspect = true;
                    break;
            }
        }

        return revived;
    }

    private void Lend(ReaderGuest guest, ICardConnection connection)
    {
        try
        {
            guest.Visit(reader.Name, connection);
        }
        catch (CardException wrong)
        {
            till.Tap.Explain(connection.Uid, wrong);
        }
    }

    private sealed class Insertion(long number)
    {
        public long Number { get; } = number;

        /// <summary>Null until the first connection.</summary>
        public Uid? Uid { get; private set; }

        /// <summary>Since when it could not be opened, a timestamp; null while it can.</summary>
        public long? FailingSince { get; set; }

        /// <summary>Whether it could not be opened for so long that nobody waits for it.</summary>
        public bool IsUnreadable { get; set; }

        /// <summary>Whether a checkout is over with it.</summary>
        public bool HasFinished { get; set; }

        /// <summary>The card, once its customer waits for nothing any more; null before.</summary>
        public Uid? Served => HasFinished ? Uid : null;

        /// <summary>Whether the card has not been asked about doubts yet: once per insertion is
        /// enough.</summary>
        public bool MayBeAsked { get; set; } = true;

        /// <summary>Whether the card must leave before another checkout uses it.</summary>
        public bool HasServed { get; set; }

        /// <summary>Whether the card is behind what it showed us before.</summary>
        public bool IsSuspect { get; set; }

        public void Opened(Uid uid, bool wasServed)
        {
            (Uid, FailingSince, IsUnreadable) = (uid, null, false);
            HasServed |= wasServed;
            HasFinished |= wasServed;
        }
    }
}
