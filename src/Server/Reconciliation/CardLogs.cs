using Google.Protobuf;
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

        var posted = CardTransaction.Between(book.Db, card, records[^1].Counter, newest.Counter)
            .ToDictionary(one => one.Counter, one => one.RecordWritten);
        var differs = false;
        foreach (var record in records)
        {
            if (!posted.TryGetValue(record.Counter, out var written))
                Keep(book.Db, card, record, place);
            else
                differs |= !written.AsSpan().SequenceEqual(Bytes.Of(record));
        }

        return differs ? new Verdict.Parked(Cause.CopyOrRollback, Differs) : new Verdict.Accepted();
    }

    // Null where a record is none of this card's, or not the one before the last.
    private static List<LogRecord>? RecordsOf(CardLog log, long cardNumber)
    {
        var records = new List<LogRecord>(log.Records.Count);
        foreach (ByteString bytes in log.Records)
        {
            if (LogRecord.TryDecode(bytes.Span) is not { } record || record.CardNumber != (ulong)cardNumber
                || (records is [.., var after] && record.Counter + 1 != after.Counter))
            {
                return null;
            }

            records.Add(record);
        }

        return records;
    }

    private static void Keep(DbSession db, Card card, LogRecord record, JournalPlace place) =>
        db.Run(
            """
            INSERT INTO seen_record (uid, generation, counter, record, terminal, sequence)
            VALUES (@Uid, @Generation, @Counter, @Record, @Terminal, @Sequence)
            ON CONFLICT (uid, generation, counter, record) DO NOTHING
            """,
            new
            {
                card.Uid,
                card.Generation,
                Counter = (long)record.Counter,
                Record = Bytes.Of(record),
                place.Terminal,
                place.Sequence,
            });
}
