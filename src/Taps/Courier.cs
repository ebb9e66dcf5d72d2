using System.Collections.Concurrent;
using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Taps;

/// <summary>
/// Reads in a card's log, once it has been served, what headquarters had not acknowledged, and writes it down
/// where others did it: they may never report it, having died with their disk. Safe for many threads, one
/// card each.
/// </summary>
/// <param name="journal">Of the terminal that the card lies on.</param>
/// <param name="cards">What is known of cards there.</param>
/// <param name="isOwn">Whether that journal has the intent of a card's record.</param>
internal sealed class Courier(ITapJournal journal, ICardKnowledge cards, Func<Uid, LogRecord, bool> isOwn)
{
    private const int RememberedMost = 10_000;

    // Up to which n this terminal has told of a card since its start: headquarters may take days to answer.
    private readonly ConcurrentDictionary<Uid, uint> _seen = new();

    /// <summary>Looks at the log of a card that has just committed: 0 APDUs, or 2 to 4.</summary>
    /// <param name="session">The one in which it committed.</param>
    /// <exception cref="CardException">The card has left; what it would have told waits for its next
    /// tap.</exception>
    public void Carry(CardSession session)
    {
        // Ours stands above it, and tells headquarters of it under the card's signature.
        if (session.Card.NewestRead is not { } before)
            return;
        var unheard = Unheard(session.Uid, before);
        if (unheard > 0)
            WriteDown(session, before, unheard);
        if (_seen.Count >= RememberedMost)
            _seen.Clear();
        _seen[session.Uid] = before.Counter + 1;
    }

    // How many, right below the one that was read.
    private uint Unheard(Uid uid, LogRecord before)
    {
        // What was seen above it was another chip that passed for this card.
        var seen = _seen.GetValueOrDefault(uid) is var one && one <= before.Counter ? one : 0;
        if (before.Counter - seen < 2)
            return 0;
        // Of a card that headquarters has told us about, what the card itself says of it does not count.
        var known = cards.Find(uid)?.Item;
        var heard = Math.Max(known?.AcknowledgedCounter ?? before.AcknowledgedCounter, seen);
        return before.Counter > heard ? before.Counter - heard - 1 : 0;
    }

    private void WriteDown(CardSession session, LogRecord before, uint unheard)
    {
        var log = session.Card.ReadLog((int)Math.Min(unheard + 2, MemberCard.RecordsKept));
        var card = Entries.ToCard(session.Uid, before, cards.Find(session.Uid)?.Item);
        var below = log.Skip(2).ToList();
        if (!Follows(log, before))
        {
            var reading = new CardReading(session.Uid, log[0], log[0].BalanceAfter);
            journal.Append(Entries.Suspicion(card, reading, new CardDecision.Contradicted(
                before.Counter, before.BalanceAfter, CardDecider.StateDiffers)));
        }
        else if (below.Any(record => record.Kind != LogKind.Birth && !isOwn(session.Uid, record)))
        {
            journal.Append(Entries.CardLog(card, below));
        }
    }

    // Ours, the one that was read before it, and from there down without a hole, of this card all of them.
    private static bool Follows(IReadOnlyList<LogRecord> log, LogRecord before) =>
        log[1] == before
        && log.Index().All(one => one.Item.CardNumber == before.CardNumber
            && one.Item.Counter == before.Counter + 1L - one.Index);
}
