using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Sync;

/// <summary>A journal entry and what can be known of it without the book. For one thread after
/// another.</summary>
/// <param name="place">Whose it is, and where.</param>
/// <param name="entry">As it came.</param>
internal sealed class ReadEntry(JournalPlace place, JournalEntry entry)
{
    private EntryBody? _body;
    private bool _isRead;
    private ProofResult? _checked;

    public JournalPlace Place => place;

    public JournalEntry Entry => entry;

    /// <summary>What it says; null where it is not readable.</summary>
    public EntryBody? Body
    {
        get
        {
            if (!_isRead)
                (_body, _isRead) = (JournalReading.TryRead(entry), true);
            return _body;
        }
    }

    /// <summary>The card that it is about, 14 hex digits; null where it names none.</summary>
    public string? Uid => Body?.ContentCase switch
    {
        EntryBody.ContentOneofCase.Intent => Hex(Body.Intent.Card),
        EntryBody.ContentOneofCase.Outcome => Hex(Body.Outcome.Card),
        EntryBody.ContentOneofCase.Suspicion => Hex(Body.Suspicion.Card),
        EntryBody.ContentOneofCase.CardLog => Hex(Body.CardLog.Card),
        _ => null,
    };

    /// <summary>When it was written, by the terminal's clock; 0 before <see cref="ReadAhead"/>, and where
    /// that is not readable.</summary>
    public long RecordedAtUs { get; private set; }

    /// <summary>Entries of several journals as they were written, as far as the terminals' clocks agree: a
    /// card that went from one terminal to another is met in its own order. Each journal keeps its
    /// own.</summary>
    public static IReadOnlyList<ReadEntry> InOrder(IEnumerable<ReadEntry> entries)
    {
        var journals = entries.GroupBy(entry => entry.Place.Terminal)
            .Select(journal => new Queue<ReadEntry>(journal)).ToList();
        var next = new PriorityQueue<Queue<ReadEntry>, long>(
            journals.Select(journal => (journal, journal.Peek().RecordedAtUs)));
        var ordered = new List<ReadEntry>();
        while (next.TryDequeue(out var journal, out _))
        {
            ordered.Add(journal.Dequeue());
            if (journal.TryPeek(out var following))
                next.Enqueue(journal, following.RecordedAtUs);
        }

        return ordered;
    }

    /// <summary>14 hex digits.</summary>
    public static string Hex(CardRef card) => Convert.ToHexString(card.Uid.Span);

    /// <summary>Does on this thread what need not be done while the book is open.</summary>
    /// <param name="secrets">The keys.</param>
    /// <param name="readerKey">The reader-id key of the entry's terminal. Not owned.</param>
    public void ReadAhead(ICardSecrets secrets, ReaderIdKey readerKey)
    {
        try
        {
            RecordedAtUs = Body?.RecordedAtUs ?? 0;
            _checked = Body?.Outcome is { Card: var named }
                && named is { TmKeyVersion: > 0 and <= byte.MaxValue, CardNumber: <= long.MaxValue }
                ? Check((long)named.CardNumber, (byte)named.TmKeyVersion, secrets, readerKey)
                : null;
        }
        catch (Exception wrong) when (wrong is not OutOfMemoryException)
        {
            // It comes again, and is dealt with, when it is the entry's turn.
            _checked = null;
        }
    }

    /// <summary>Whether the card has signed the outcome that this is.</summary>
    public ProofResult Check(Card card, ICardSecrets secrets)
    {
        var named = Body!.Outcome.Card;
        if (_checked is not null && named.CardNumber == (ulong)card.Number
            && named.TmKeyVersion == card.TmKeyVersion)
        {
            return _checked;
        }

        using var readerKey = secrets.ReaderIdKey(checked((uint)place.Terminal));
        return Check(card.Number, card.TmKeyVersion, secrets, readerKey);
    }

    private ProofResult Check(
        long cardNumber, byte tmKeyVersion, ICardSecrets secrets, ReaderIdKey readerKey)
    {
        var outcome = Body!.Outcome;
        var uid = CardProtocol.Uid.FromBytes(outcome.Card.Uid.Span);
        var reported = new ReportedCommit(
            place with { Sequence = outcome.IntentSequence }, uid, new CommitEvidence(
                new CommitProof(outcome.Tmc, TransactionMacValue.FromBytes(outcome.Tmv.Span)),
                JournalReading.StepsOf(outcome.Steps)));
        using var tmKey = secrets.TransactionMacKey(uid, tmKeyVersion);
        return Proof.Check(reported, cardNumber, tmKey, readerKey);
    }
}
