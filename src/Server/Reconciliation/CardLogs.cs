using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Reconciliation;

/// <summary>What cards' own logs say, as terminals have read them. It is told to people and not posted: no
/// signature covers it, and who made a transaction that nobody reports may be a thief.</summary>
internal static class CardLogs
{
    /// <summary>The card's log has another transaction than the book.</summary>
    public const string Differs = "log-differs";

    /// <summary>Keeps what the book does not have, and compares the rest.</summary>
    public static Verdict Take(OpenBook book, JournalPlace place, CardLog log)
    {
        var uid = Convert.ToHexString(log.Card.Uid.Span);
        if (Card.Find(book.Db, uid, log.Card.Generation) is not { } card)
            return new Verdict.Parked(Cause.UnknownCard, "log-unknown");
        if (RecordsOf(log, card.Number) is not [var newest, ..] records)
            return new Verdict.Parked(Cause.Unreadable, "log-broken");

        // Between the newest of these and the terminal's own sale lies the one which that sale has read.
        var posted = CardTransaction
            .Between(book.Db, card, records[^1].Counter, newest.Counter + 2L)
            .ToDictionary(one => one.Counter);
        if (posted.GetValueOrDefault(newest.Counter + 2L)?.Terminal != place.Terminal)
            return new Verdict.Parked(Cause.BadProof, "log-alone");
        // All of them are looked at.
        var differing = records.Count(record => IsOther(book, card, record, place, posted));
        return differing > 0
            ? new Verdict.Parked(Cause.CopyOrRollback, Differs)
            : new Verdict.Accepted();
    }

    /// <summary>A transaction is in the book now, and what it read: what was seen in their places must be the
    /// same.</summary>
    public static void Posted(OpenBook book, Card card, ProvenCommit commit)
    {
        foreach (var seen in book.Db.List<SeenRow>(
            """
            DELETE FROM seen_record
            WHERE uid = @Uid AND generation = @Generation AND counter IN (@Counter, @Counter - 1)
            RETURNING counter, record, terminal, sequence
            """,
            new { card.Uid, card.Generation, Counter = (long)commit.Counter }))
        {
            var signed = seen.Counter == commit.Counter ? commit.Written : commit.Read;
            if (signed is null || !seen.Record.AsSpan().SequenceEqual(Bytes.Of(signed)))
                Differ(book, card, seen.Counter, new JournalPlace(seen.Terminal, seen.Sequence), seen.Record);
        }
    }

    private static bool IsOther(
        OpenBook book, Card card, LogRecord record, JournalPlace place,
        Dictionary<long, CardTransaction> posted)
    {
        var bytes = Bytes.Of(record);
        // What the card has signed: the transaction itself, or what the next one read of it.
        var signed = posted.GetValueOrDefault(record.Counter)?.RecordWritten
            ?? posted.GetValueOrDefault(record.Counter + 1L)?.RecordRead;
        if (signed is null)
            Keep(book.Db, card, record.Counter, bytes, place);
        if (signed is null || bytes.AsSpan().SequenceEqual(signed))
            return false;
        Differ(book, card, record.Counter, place, bytes);
        return true;
    }

    private static void Differ(OpenBook book, Card card, long counter, JournalPlace place, byte[] record) =>
        ExceptionBook.Open(book, Difference.Over(place, Cause.CopyOrRollback, Differs) with
        {
            Uid = card.Uid,
            Generation = card.Generation,
            Counter = counter,
            Evidence = record,
        });

    // Null where a record is none of this card's, or not the one before the last.
    private static List<LogRecord>? RecordsOf(CardLog log, long cardNumber)
    {
        var records = new List<LogRecord>(log.Records.Count);
        foreach (var bytes in log.Records)
        {
            if (LogRecord.TryDecode(bytes.Span) is not { Counter: > 0 } record
                || record.CardNumber != (ulong)cardNumber
                || (records is [.., var after] && record.Counter != after.Counter - 1L))
            {
                return null;
            }

            records.Add(record);
        }

        return records;
    }

    private static void Keep(DbSession db, Card card, long counter, byte[] record, JournalPlace place) =>
        db.Run(
            """
            INSERT INTO seen_record (uid, generation, counter, record, terminal, sequence)
            VALUES (@Uid, @Generation, @counter, @record, @Terminal, @Sequence)
            ON CONFLICT (uid, generation, counter, record) DO NOTHING
            """,
            new { card.Uid, card.Generation, counter, record, place.Terminal, place.Sequence });

    private sealed record SeenRow
    {
        public long Counter { get; init; }
        public byte[] Record { get; init; } = [];
        public long Terminal { get; init; }
        public long Sequence { get; init; }
    }
}
