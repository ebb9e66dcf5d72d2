using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Reports;

/// <summary>What one witness says of an operation; null where it does not say.</summary>
internal sealed record Testimony
{
    public long? Counter { get; init; }
    public long? RecordedUs { get; init; }
    public long? Terminal { get; init; }
    public long? Sequence { get; init; }

    /// <summary>A <see cref="LogKind"/>.</summary>
    public long? Kind { get; init; }
    public long? AmountMinor { get; init; }
    public long? Earned { get; init; }
    public long? Redeemed { get; init; }
    public long? BalanceAfter { get; init; }

    public static Testimony? Of(LogRecord? record) => record is null ? null : new Testimony
    {
        Counter = record.Counter,
        RecordedUs = UnixTime.Microseconds(record.Time),
        Terminal = record.Terminal,
        Sequence = record.Sequence,
        Kind = (long)record.Kind,
        AmountMinor = record.Amount,
        Earned = record.Earned,
        Redeemed = record.Redeemed,
        BalanceAfter = record.BalanceAfter,
    };
}

/// <summary>What card, journal and ledger say of the operation that an exception is about.</summary>
/// <param name="Card">From its log, or what the next transaction or another terminal has read there.</param>
/// <param name="Journal">What the terminal meant to do, did, or knew.</param>
/// <param name="Ledger">What is posted in that place.</param>
/// <param name="Currency">Of the card's programme, ISO 4217; null where no card is known.</param>
internal sealed record Evidence(
    Testimony? Card, Testimony? Journal, Testimony? Ledger, string? Currency = null);

/// <summary>Reads the evidence of exceptions.</summary>
internal sealed class ExceptionEvidence(Database database)
{
    public Evidence Of(long exception) => database.Read(db =>
    {
        var place = db.Find<Place>(
            """
            SELECT e.terminal, e.sequence, e.uid, e.counter, e.evidence,
                (SELECT MAX(p.currency) FROM card c JOIN programme p ON p.number = c.programme
                    WHERE c.uid = e.uid) AS currency,
                CASE WHEN e.generation > 0 THEN e.generation
                    ELSE (SELECT MAX(c.generation) FROM card c WHERE c.uid = e.uid) END AS generation
            FROM book_exception e WHERE e.id = @exception
            """,
            new { exception });
        if (place is null)
            return new Evidence(null, null, null);
        var entry = EntryAt(db, place.Terminal, place.Sequence);
        return new Evidence(
            CardOf(db, place, entry?.Suspicion), JournalOf(db, place, entry), LedgerOf(db, place),
            place.Currency);
    });

    private static Testimony? CardOf(DbSession db, Place place, Suspicion? suspicion)
    {
        if (suspicion is not null)
            return new Testimony { Counter = suspicion.CounterRead, BalanceAfter = suspicion.BalanceRead };
        return place.Evidence is { Length: LogRecord.Length } kept
            ? Testimony.Of(LogRecord.TryDecode(kept))
            : Testimony.Of(Record(
                db, place,
                """
                SELECT record_read FROM card_transaction WHERE uid = @Uid AND generation = @Generation
                    AND counter = @Counter + 1 AND record_read IS NOT NULL
                UNION ALL
                SELECT record FROM seen_record
                WHERE uid = @Uid AND generation = @Generation AND counter = @Counter
                """));
    }

    private static Testimony? LedgerOf(DbSession db, Place place) => Testimony.Of(Record(
        db, place,
        place.Counter is null
            ? """
            SELECT record_written FROM card_transaction WHERE terminal = @Terminal AND sequence = @Sequence
            """
            : """
            SELECT record_written FROM card_transaction
            WHERE uid = @Uid AND generation = @Generation AND counter = @Counter
            """));

    // What follows an intent tells of it.
    private static Testimony? JournalOf(DbSession db, Place place, EntryBody? entry) => entry switch
    {
        null => null,
        { Suspicion: { } seen } => new Testimony
        {
            Counter = seen.CounterKnown,
            BalanceAfter = seen.BalanceKnown,
            RecordedUs = entry.RecordedAtUs,
            Terminal = place.Terminal,
            Sequence = place.Sequence,
        },
        { Outcome: { } outcome } when WrittenBy(outcome) is { } written => Testimony.Of(written),
        _ when IntentOf(entry) is { } sequence and not 0 =>
            EntryAt(db, place.Terminal, sequence) is { Intent: { } intent } meant
                ? Meant(intent, meant.RecordedAtUs, place with { Sequence = sequence })
                : null,
        { Intent: { } intent } => Meant(intent, entry.RecordedAtUs, place),
        { AccountOperation.Terms: { } terms } =>
            Meant(terms, entry.RecordedAtUs, place) with { Counter = null },
        _ => null,
    };

    private static LogRecord? WrittenBy(Outcome outcome) =>
        TransactionContent.TryRead(JournalReading.StepsOf(outcome.Steps))?.RecordWritten;

    private static long IntentOf(EntryBody entry) => entry.ContentCase switch
    {
        EntryBody.ContentOneofCase.Outcome => entry.Outcome.IntentSequence,
        EntryBody.ContentOneofCase.Failure => entry.Failure.IntentSequence,
        EntryBody.ContentOneofCase.Doubt => entry.Doubt.IntentSequence,
        EntryBody.ContentOneofCase.Settlement => entry.Settlement.IntentSequence,
        EntryBody.ContentOneofCase.Abandonment => entry.Abandonment.IntentSequence,
        _ => 0,
    };

    private static Testimony Meant(Intent intent, long recordedUs, Place place) => new()
    {
        Counter = (long)intent.CounterRead + 1,
        RecordedUs = recordedUs,
        Terminal = place.Terminal,
        Sequence = place.Sequence,
        Kind = intent.Kind,
        AmountMinor = intent.AmountMinor,
        Earned = intent.Earned,
        Redeemed = intent.Redeemed,
        BalanceAfter = intent.BalanceAfter,
    };

    private static EntryBody? EntryAt(DbSession db, long? terminal, long? sequence) =>
        db.List<byte[]>(
            "SELECT body FROM journal_entry WHERE terminal = @terminal AND sequence = @sequence",
            new { terminal, sequence }) is [var body]
            ? JournalReading.TryRead(new JournalEntry
            {
                Sequence = (uint)sequence!.Value,
                Body = ByteString.CopyFrom(body),
            })
            : null;

    private static LogRecord? Record(DbSession db, Place place, string sql) =>
        db.List<byte[]>(sql, place) is [var record, ..] ? LogRecord.TryDecode(record) : null;

    private sealed record Place
    {
        public long? Terminal { get; init; }
        public long? Sequence { get; init; }
        public string? Uid { get; init; }
        public long? Generation { get; init; }
        public long? Counter { get; init; }
        public byte[]? Evidence { get; init; }
        public string? Currency { get; init; }
    }
}
