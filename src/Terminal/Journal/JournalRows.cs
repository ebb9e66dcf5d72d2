using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal;

/// <summary>One end of the chain.</summary>
/// <param name="Sequence">0 where there is no entry.</param>
/// <param name="Hash">The chain hash, 32 bytes; zero where there is no entry. Not to be changed.</param>
internal readonly record struct JournalHead(uint Sequence, ReadOnlyMemory<byte> Hash)
{
    public static readonly JournalHead Empty = new(0, new byte[SHA256.HashSizeInBytes]);

    /// <summary>The end after one more entry, hashed as terminal.proto says.</summary>
    public JournalHead Next(ReadOnlySpan<byte> body)
    {
        const int beforeBody = SHA256.HashSizeInBytes + sizeof(uint);
        var covered = new byte[beforeBody + body.Length];
        Hash.Span.CopyTo(covered);
        BinaryPrimitives.WriteUInt32LittleEndian(covered.AsSpan(SHA256.HashSizeInBytes), Sequence + 1);
        body.CopyTo(covered.AsSpan(beforeBody));
        return new JournalHead(Sequence + 1, SHA256.HashData(covered));
    }
}

/// <summary>The journal's SQL.</summary>
internal static class JournalRows
{
    private const int Outcome = (int)EntryBody.ContentOneofCase.Outcome;
    private const int Failure = (int)EntryBody.ContentOneofCase.Failure;
    private const int Settlement = (int)EntryBody.ContentOneofCase.Settlement;
    private const int Abandonment = (int)EntryBody.ContentOneofCase.Abandonment;
    private const int AccountOperation = (int)EntryBody.ContentOneofCase.AccountOperation;
    private const int DayClose = (int)EntryBody.ContentOneofCase.DayClose;

    public static int Insert(PreparedConnection c, JournalHead head, EntryBody entry, byte[] body) => c.Run(
        """
        INSERT INTO entry(sequence, kind, operation, closes, undoes, body, chain_hash)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        (long)head.Sequence, (int)entry.ContentCase, Operation(entry)?.ToByteArray(), Closes(entry),
        Terms(entry) is { SaleOperationId.IsEmpty: false } undo ? undo.SaleOperationId.ToByteArray() : null,
        c.Seal.Seal(SealedPlace.Entry, new RowName(head.Sequence), body), head.Hash.ToArray());

    /// <summary>The newest entry of those that were dropped, from which the chain goes on; sequence 0 where
    /// none was.</summary>
    public static JournalHead Base(PreparedConnection c) => c.Rows(
        "SELECT sequence, chain_hash FROM journal_base",
        row => new JournalHead((uint)row.Number(0), row.Bytes(1))).Single();

    /// <summary>Walks what was set aside and then the whole chain, oldest entry first, and hands over each
    /// entry once it is verified.</summary>
    /// <param name="follow">Takes an entry's sequence and body.</param>
    /// <exception cref="JournalFailedException">An entry is missing, is not what was hashed, or stands under
    /// another kind, operation or intent than its body names.</exception>
    public static JournalHead Walk(PreparedConnection c, Action<uint, EntryBody> follow)
    {
        var head = Base(c);
        foreach (var row in c.Rows(
            "SELECT sequence, kind, operation, closes, undoes, body, chain_hash FROM entry ORDER BY sequence",
            row => EntryRow.Read(c, row)))
        {
            var isAside = row.Sequence <= head.Sequence;
            var next = (isAside ? row.Before : head).Next(row.Body);
            if (row.Sequence != next.Sequence || !next.Hash.Span.SequenceEqual(row.Hash))
                throw new JournalFailedException($"The journal's chain is broken at entry {row.Sequence}.");

            var entry = EntryBody.Parser.ParseFrom(row.Body);
            if (!IsFiledAs(row, entry))
                throw new JournalFailedException($"Entry {row.Sequence} of the journal is misfiled.");
            head = isAside ? head : next;
            follow(next.Sequence, entry);
        }

        return head;
    }

    /// <summary>Intents whose doubt headquarters has closed, and whether they happened.</summary>
    public static IReadOnlyList<(uint Intent, bool Happened)> DoubtsClosed(PreparedConnection c) =>
        [.. c.Rows(
            "SELECT intent_sequence, happened FROM doubt_closed",
            row => ((uint)row.Number(0), row.Number(1) != 0))];

    public static IReadOnlyList<JournalEntry> After(
        PreparedConnection c, uint after, int entriesMost, int bytesMost)
    {
        var entries = new List<JournalEntry>();
        var bytes = 0;
        foreach (var entry in c.Rows(
            """
            SELECT sequence, body, chain_hash FROM entry
            WHERE sequence > max(?, (SELECT sequence FROM journal_base)) ORDER BY sequence LIMIT ?
            """,
            row => new JournalEntry
            {
                Sequence = (uint)row.Number(0),
                Body = UnsafeByteOperations.UnsafeWrap(Opened(c, row, 0, 1).ToArray()),
                ChainHash = UnsafeByteOperations.UnsafeWrap(row.Bytes(2)),
            },
            (long)after, entriesMost))
        {
            bytes += entry.CalculateSize();
            if (bytes > bytesMost && entries.Count > 0)
                break;
            entries.Add(entry);
        }

        return entries;
    }

    public static byte[]? HashOf(PreparedConnection c, uint sequence) => c.Rows(
        """
        SELECT chain_hash FROM journal_base WHERE sequence = ?1
        UNION ALL
        SELECT chain_hash FROM entry
        WHERE sequence = ?1 AND sequence > (SELECT sequence FROM journal_base)
        """,
        row => row.Bytes(0), (long)sequence).SingleOrDefault();

    /// <summary>The last try of an operation.</summary>
    public static IntentTrace? Trace(PreparedConnection c, byte[] operation) => Traces(
        c, "SELECT sequence, body FROM entry WHERE operation = ? ORDER BY sequence DESC LIMIT 1", operation)
        .SingleOrDefault();

    /// <summary>All tries to undo a sale, oldest first.</summary>
    public static IReadOnlyList<IntentTrace> Undoing(PreparedConnection c, byte[] sale) =>
        Traces(c, "SELECT sequence, body FROM entry WHERE undoes = ? ORDER BY sequence", sale);

    /// <summary>The operations that entries from one on say happened, and that no till went on without; in
    /// the order of the entries that say so.</summary>
    public static IReadOnlyList<Intent> HappenedFrom(PreparedConnection c, uint first) =>
    [
        .. c.Rows(
            $"""
            SELECT said.sequence, said.body, meant.sequence, meant.body
            FROM entry said LEFT JOIN entry meant ON meant.sequence = said.closes
            WHERE said.sequence >= ? AND said.kind IN ({Outcome}, {Settlement}, {AccountOperation})
                AND NOT EXISTS (
                    SELECT 1 FROM entry other WHERE other.closes = said.closes AND other.kind = {Abandonment})
            ORDER BY said.sequence
            """,
            row => (Said: Body(c, row, 0), Meant: row.IsNull(2) ? null : Body(c, row, 2)), (long)first)
            .Where(row => row.Said.Settlement is not { Happened: false })
            .Select(row => row.Said.AccountOperation?.Terms ?? row.Meant!.Intent),
    ];

    /// <summary>Operations of which only headquarters has said that they happened, and that no till went on
    /// without.</summary>
    public static IReadOnlyList<(uint Sequence, Intent Intent)> HappenedByWord(PreparedConnection c) =>
    [
        .. c.Rows(
            $"""
            SELECT meant.sequence, meant.body
            FROM doubt_closed said JOIN entry meant ON meant.sequence = said.intent_sequence
            WHERE said.happened = 1 AND NOT EXISTS (
                SELECT 1 FROM entry other WHERE other.closes = meant.sequence
                    AND other.kind IN ({Outcome}, {Failure}, {Settlement}, {Abandonment}))
            ORDER BY meant.sequence
            """,
            row => ((uint)row.Number(0), Body(c, row, 0).Intent)),
    ];

    /// <summary>The entry that closed the newest closed day; 0 before the first.</summary>
    public static uint NewestClose(PreparedConnection c) =>
        (uint)c.Number($"SELECT coalesce(max(sequence), 0) FROM entry WHERE kind = {DayClose}");

    /// <summary>The close of a day.</summary>
    public static SyncContract.DayClose? DayClosed(PreparedConnection c, byte[] operation) => c.Rows(
        $"SELECT sequence, body FROM entry WHERE operation = ? AND kind = {DayClose}",
        row => Body(c, row, 0).DayClose, operation).SingleOrDefault();

    /// <summary>The close of a day.</summary>
    public static SyncContract.DayClose? DayClosed(PreparedConnection c, uint sequence) => c.Rows(
        $"SELECT sequence, body FROM entry WHERE sequence = ? AND kind = {DayClose}",
        row => Body(c, row, 0).DayClose, (long)sequence).SingleOrDefault();

    private static List<IntentTrace> Traces(PreparedConnection c, string sql, byte[] operation)
    {
        var intents = c.Rows(sql, row => TraceOf((uint)row.Number(0), Body(c, row, 0)), operation).ToList();
        return [.. intents.Select(trace => trace with
        {
            Closings =
            [
                .. trace.Closings,
                .. c.Rows(
                    "SELECT sequence, body FROM entry WHERE closes = ? ORDER BY sequence",
                    row => Body(c, row, 0), (long)trace.Sequence),
            ],
            HeadquartersSaid = c.Rows(
                "SELECT happened FROM doubt_closed WHERE intent_sequence = ?",
                row => (bool?)(row.Number(0) != 0), (long)trace.Sequence).SingleOrDefault(),
        })];
    }

    // What needs no card is over with the entry that says it.
    private static IntentTrace TraceOf(uint sequence, EntryBody entry) =>
        new(sequence, Terms(entry)!, entry.Intent is null ? [entry] : [], HeadquartersSaid: null);

    private static ByteString? Operation(EntryBody entry) =>
        Terms(entry)?.OperationId ?? entry.DayClose?.OperationId;

    private static Intent? Terms(EntryBody entry) => entry.Intent ?? entry.AccountOperation?.Terms;

    private static long? Closes(EntryBody entry) => entry.ContentCase switch
    {
        EntryBody.ContentOneofCase.Outcome => entry.Outcome.IntentSequence,
        EntryBody.ContentOneofCase.Failure => entry.Failure.IntentSequence,
        EntryBody.ContentOneofCase.Doubt => entry.Doubt.IntentSequence,
        EntryBody.ContentOneofCase.Settlement => entry.Settlement.IntentSequence,
        EntryBody.ContentOneofCase.Abandonment => entry.Abandonment.IntentSequence,
        _ => null,
    };

    private static bool IsFiledAs(EntryRow row, EntryBody entry) =>
        row.Kind == (int)entry.ContentCase
        && row.Closes == Closes(entry)
        && row.Operation.AsSpan().SequenceEqual(Operation(entry) is { } operation ? operation.Span : [])
        && row.Undoes.AsSpan().SequenceEqual(Terms(entry) is { } undo ? undo.SaleOperationId.Span : []);

    // An entry's sequence and its body stand side by side.
    private static EntryBody Body(PreparedConnection c, PreparedConnection.Row row, int sequence) =>
        EntryBody.Parser.ParseFrom(Opened(c, row, sequence, sequence + 1));

    private static ReadOnlySpan<byte> Opened(
        PreparedConnection c, PreparedConnection.Row row, int sequence, int body) =>
        c.Seal.Open(SealedPlace.Entry, new RowName((uint)row.Number(sequence)), row.Span(body));

    /// <param name="ChainHash">The entry's; where it was set aside, the one before and then its own.</param>
    private sealed record EntryRow(
        long Sequence, int Kind, byte[] Operation, long? Closes, byte[] Undoes, byte[] Body,
        byte[] ChainHash)
    {
        public JournalHead Before => new((uint)Sequence - 1, ChainHash.AsMemory(0, HashAt));

        public ReadOnlySpan<byte> Hash => ChainHash.AsSpan(HashAt);

        private int HashAt => Math.Max(0, ChainHash.Length - SHA256.HashSizeInBytes);

        public static EntryRow Read(PreparedConnection c, PreparedConnection.Row row) => new(
            row.Number(0), (int)row.Number(1), row.Bytes(2), row.IsNull(3) ? null : row.Number(3),
            row.Bytes(4), Opened(c, row, 0, 5).ToArray(), row.Bytes(6));
    }
}
