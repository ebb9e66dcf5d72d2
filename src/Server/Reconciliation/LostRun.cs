using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Reconciliation;

/// <summary>
/// Commits whose MACs are lost, one or several in a row, between two posted transactions. The one above was
/// proven: it
/// read the record of the one before it and names who made it. From there each intent says what it had read,
/// down to
/// the posted one below. Only where that whole chain closes is it taken as having happened.
/// </summary>
internal static class LostRun
{
    // A doubt in a row of doubts is rare; a longer row waits for its terminals.
    private const int LengthMost = 32;

    /// <summary>The lowest commit of the run that a counter lies in, or null where the evidence does not
    /// close.</summary>
    public static (IntentRow Intent, ProvenCommit Commit)? FirstOf(OpenBook book, Card card, long counter)
    {
        if (CardTransaction.NextFrom(book.Db, card, counter) is not { Proof: ProofState.Proven } after
            || after.Counter == counter)
        {
            return null;
        }

        var intents = Descend(book.Db, card, after);
        if (intents.Count == 0
            || CardTransaction.At(book.Db, card, intents.Peek().Counter - 1) is not { } below)
        {
            return null;
        }

        using var tmKey = book.Secrets.TransactionMacKey(card.ChipUid, card.TmKeyVersion);
        var first = intents.Peek();
        ProvenCommit? lowest = null;
        var (record, readerId) = (below.RecordWritten, ReaderId.FromBytes(below.ReaderId));
        foreach (var intent in intents)
        {
            if (Commit(book, card, intent, readerId, tmKey) is not { } commit || !Reads(commit, record))
                return null;
            lowest ??= commit;
            (record, readerId) = (Bytes.Of(commit.Written), commit.ReaderId);
        }

        var closes = after.Previous == readerId && after.RecordRead.AsSpan().SequenceEqual(record);
        return closes && lowest is not null ? (first, lowest) : null;
    }

    // The intents from the one that the proven transaction names down to the one above the next posted;
    // lowest on top.
    private static Stack<IntentRow> Descend(DbSession db, Card card, CardTransaction after)
    {
        var run = new Stack<IntentRow>();
        var place = new JournalPlace(after.Previous.Terminal, after.Previous.Sequence);
        for (var counter = after.Counter - 1; CardTransaction.At(db, card, counter) is null; counter--)
        {
            if (run.Count == LengthMost || Intents.Find(db, place) is not { } intent
                || (intent.Uid, intent.Generation, intent.Counter) != (card.Uid, card.Generation, counter)
                || Content(intent)?.RecordRead is not { } read)
            {
                return [];
            }

            run.Push(intent);
            place = new JournalPlace(read.Terminal, read.Sequence);
        }

        return run;
    }

    private static TransactionContent? Content(IntentRow intent) =>
        TransactionContent.TryRead(
            JournalReading.StepsOf(JournalReading.IntentOf(intent.Body).Steps, default(EncryptedReaderId)));

    private static bool Reads(ProvenCommit commit, byte[] record) =>
        commit.Read is { } read && Bytes.Of(read).AsSpan().SequenceEqual(record);

    private static ProvenCommit? Commit(
        OpenBook book, Card card, IntentRow intent, ReaderId previous, CardKey tmKey)
    {
        var encrypted = TransactionMac.EncryptPrevious(
            tmKey, card.ChipUid, checked((uint)intent.Counter), previous);
        using var readerKey = book.Secrets.ReaderIdKey(checked((uint)intent.Terminal));
        return Proof.CheckContent(intent.Reported(card, default, encrypted), card.Number, tmKey, readerKey)
            is ProofResult.Proven(var commit) ? commit : null;
    }
}
