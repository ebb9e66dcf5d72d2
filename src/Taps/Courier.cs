using System.Collections.Concurrent;
using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Taps;

/// <summary>
/// Reads in a card's log, once it has been served, what headquarters had not acknowledged, and writes it down
/// where others did it: they may never report it, having died with their disk. Safe for many threads, one
/// card each.
/// </summary>
internal sealed class Courier(ITapJournal journal, ICardKnowledge cards, TerminalProfile profile)
{
    private const int RememberedMost = 10_000;

    // Up to which n a card's log was looked at since the start: headquarters may take days to acknowledge it.
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
        var known = cards.Find(session.Uid)?.Item;
        var heard = Math.Max(known?.AcknowledgedCounter ?? 0, before.AcknowledgedCounter);
        heard = Math.Max(heard, _seen.GetValueOrDefault(session.Uid));
        if (before.Counter <= heard + 1)
            return;

        var reach = Math.Min(before.Counter + 1 - heard, MemberCard.RecordsKept);
        var log = session.Card.ReadLog((int)reach);
        var unheard = log.Where(record => record.Counter < before.Counter).ToList();
        if (_seen.Count >= RememberedMost)
            _seen.Clear();
        _seen[session.Uid] = before.Counter;
        // Headquarters itself, terminal 0, knows which cards it has issued.
        if (unheard.Any(record => record.Terminal != profile.Number && record.Terminal != 0))
            journal.Append(Entries.CardLog(Entries.ToCard(session.Uid, before, known), unheard));
    }
}
