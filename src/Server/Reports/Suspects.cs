using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Reports;

/// <summary>Two states of a card that cannot both be: what the entry that tells has seen or done, and what is
/// posted in that place.</summary>
internal static class Suspects
{
    public static readonly IReadOnlyList<string> Columns =
    [
        "opened_utc", "card", "cause", "detail", "resolution", "terminal", "entry", "counter", "recorded_utc",
        "earned", "redeemed", "balance", "other_terminal", "other_entry", "other_counter",
        "other_recorded_utc", "other_earned", "other_redeemed", "other_balance",
    ];

    public static IEnumerable<IReadOnlyList<object?>> Of(DbSession db, Period period) => db.List<SuspectRow>(
        """
        SELECT e.opened_us, c.number, c.uid, c.generation, e.cause, e.detail, e.resolution, e.terminal,
            e.sequence, e.counter, e.evidence, j.body, t.record_written
        FROM book_exception e
        LEFT JOIN card c ON c.uid = e.uid
            AND (c.generation = e.generation OR COALESCE(e.generation, 0) = 0)
        LEFT JOIN journal_entry j ON j.terminal = e.terminal AND j.sequence = e.sequence
        LEFT JOIN card_transaction t ON t.terminal = e.terminal AND t.sequence = e.sequence
        WHERE (e.cause = 'copy-or-rollback' OR e.detail = 'counter-used')
            AND e.opened_us >= @FromUs AND e.opened_us < @ToUs
        ORDER BY e.opened_us, e.id
        """,
        period).Select(suspect => suspect.Beside(Posted(db, suspect)));

    private static LogRecord? Posted(DbSession db, SuspectRow suspect) => suspect.OtherCounter is { } counter
        && db.List<byte[]>(
            """
            SELECT record_written FROM card_transaction
            WHERE uid = @Uid AND generation = @Generation AND counter = @counter
            """,
            new { suspect.Uid, suspect.Generation, counter }) is [var record]
            ? LogRecord.TryDecode(record)
            : null;

    private sealed record SuspectRow
    {
        public long OpenedUs { get; init; }
        public long? Number { get; init; }
        public string? Uid { get; init; }
        public long? Generation { get; init; }
        public string Cause { get; init; } = "";
        public string Detail { get; init; } = "";
        public string? Resolution { get; init; }
        public long? Terminal { get; init; }
        public long? Sequence { get; init; }
        public long? Counter { get; init; }
        public byte[]? Evidence { get; init; }
        public byte[]? Body { get; init; }
        public byte[]? RecordWritten { get; init; }

        /// <summary>Of the transaction that it cannot stand beside.</summary>
        public long? OtherCounter =>
            Detail == "does-not-follow" ? Counter - 1 : Counter ?? Seen?.CounterKnown;

        private EntryBody? Entry => Body is null || Sequence is not { } sequence
            ? null
            : JournalReading.TryRead(
                new JournalEntry { Sequence = (uint)sequence, Body = ByteString.CopyFrom(Body) });

        // What a terminal saw and refused.
        private Suspicion? Seen => Entry?.Suspicion;

        // What a card's log had, what is posted, or what was reported.
        private LogRecord? Done =>
            Evidence is { Length: LogRecord.Length } record ? LogRecord.TryDecode(record)
            : RecordWritten is { } posted ? LogRecord.TryDecode(posted)
            : Entry?.Outcome is { } outcome
                ? TransactionContent.TryRead(JournalReading.StepsOf(outcome.Steps))?.RecordWritten
                : null;

        public IReadOnlyList<object?> Beside(LogRecord? other)
        {
            var (done, seen) = (Done, Seen);
            return
            [
                OpenedUs, Number, Cause, Detail, Resolution, Terminal, Sequence,
                done?.Counter ?? seen?.CounterRead ?? Counter,
                done is not null ? UnixTime.Microseconds(done.Time) : Entry?.RecordedAtUs,
                done?.Earned, done?.Redeemed, done?.BalanceAfter ?? seen?.BalanceRead,
                other?.Terminal, other?.Sequence, other?.Counter ?? seen?.CounterKnown,
                other is null ? null : UnixTime.Microseconds(other.Time), other?.Earned, other?.Redeemed,
                other?.BalanceAfter ?? seen?.BalanceKnown,
            ];
        }
    }
}
