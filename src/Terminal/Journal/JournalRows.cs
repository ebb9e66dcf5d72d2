using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using SmartCardCrm.SyncContract;
using SQLite;

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
        Span<byte> number = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(number, Sequence + 1);

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Hash.Span);
        hash.AppendData(number);
        hash.AppendData(body);
        return new JournalHead(Sequence + 1, hash.GetHashAndReset());
    }
}

/// <summary>The journal's SQL.</summary>
internal static class JournalRows
{
    public static int Insert(SQLiteConnection c, JournalHead head, EntryBody entry, byte[] body) => c.Execute(
        "INSERT INTO entry(sequence, kind, operation, closes, body, chain_hash) VALUES (?, ?, ?, ?, ?, ?)",
        (long)head.Sequence, (int)entry.ContentCase, entry.Intent?.OperationId.ToByteArray(), Closes(entry),
        body, head.Hash.ToArray());

    /// <summary>Walks the whole chain, oldest entry first, and hands over each entry once it is
    /// verified.</summary>
    /// <param name="follow">Takes an entry's sequence and body.</param>
    /// <exception cref="JournalFailedException">An entry is missing, is not what was hashed, or stands under
    /// another kind, operation or intent than its body names.</exception>
    public static JournalHead Walk(SQLiteConnection c, Action<uint, EntryBody> follow)
    {
        var head = JournalHead.Empty;
        foreach (var row in c.Rows<Row>(
            """
            SELECT sequence AS Sequence, kind AS Kind, operation AS Operation, closes AS Closes, body AS Body,
                chain_hash AS ChainHash
            FROM entry ORDER BY sequence
            """))
        {
            head = head.Next(row.Body);
            if (row.Sequence != head.Sequence || !head.Hash.Span.SequenceEqual(row.ChainHash))
                throw new JournalFailedException($"The journal's chain is broken at entry {row.Sequence}.");

            var entry = EntryBody.Parser.ParseFrom(row.Body);
            if (!IsFiledAs(row, entry))
                throw new JournalFailedException($"Entry {row.Sequence} of the journal is misfiled.");
            follow(head.Sequence, entry);
        }

        return head;
    }

    /// <summary>Intents whose doubt headquarters has closed.</summary>
    public static IReadOnlyList<uint> DoubtsClosed(SQLiteConnection c) =>
        [.. c.Scalars<long>("SELECT intent_sequence FROM doubt_closed").Select(s => (uint)s)];

    public static IReadOnlyList<JournalEntry> After(
        SQLiteConnection c, uint after, int entriesMost, int bytesMost)
    {
        var entries = new List<JournalEntry>();
        var bytes = 0;
        foreach (var row in c.Rows<Row>(
            """
            SELECT sequence AS Sequence, body AS Body, chain_hash AS ChainHash
            FROM entry WHERE sequence > ? ORDER BY sequence LIMIT ?
            """, (long)after, entriesMost))
        {
            var entry = new JournalEntry
            {
                Sequence = (uint)row.Sequence,
                Body = ByteString.CopyFrom(row.Body),
                ChainHash = ByteString.CopyFrom(row.ChainHash),
            };
            bytes += entry.CalculateSize();
            if (bytes > bytesMost && entries.Count > 0)
                break;
            entries.Add(entry);
        }

        return entries;
    }

    public static byte[]? HashOf(SQLiteConnection c, uint sequence) => sequence == 0
        ? JournalHead.Empty.Hash.ToArray()
        : c.ExecuteScalar<byte[]?>("SELECT chain_hash FROM entry WHERE sequence = ?", (long)sequence);

    public static IntentTrace? Trace(SQLiteConnection c, byte[] operation)
    {
        var intent = c.Rows<Row>(
            """
            SELECT sequence AS Sequence, body AS Body
            FROM entry WHERE operation = ? ORDER BY sequence DESC LIMIT 1
            """,
            operation).SingleOrDefault();
        if (intent is null)
            return null;

        var sequence = intent.Sequence;
        var closings = c.Rows<Row>(
            "SELECT body AS Body FROM entry WHERE closes = ? ORDER BY sequence", sequence);
        var said = c.Scalars<int>(
            "SELECT happened FROM doubt_closed WHERE intent_sequence = ?", sequence);
        return new IntentTrace(
            (uint)sequence, EntryBody.Parser.ParseFrom(intent.Body).Intent,
            [.. closings.Select(r => EntryBody.Parser.ParseFrom(r.Body))],
            said.Count == 0 ? null : said[0] != 0);
    }

    private static long? Closes(EntryBody entry) => entry.ContentCase switch
    {
        EntryBody.ContentOneofCase.Outcome => entry.Outcome.IntentSequence,
        EntryBody.ContentOneofCase.Failure => entry.Failure.IntentSequence,
        EntryBody.ContentOneofCase.Doubt => entry.Doubt.IntentSequence,
        EntryBody.ContentOneofCase.Settlement => entry.Settlement.IntentSequence,
        EntryBody.ContentOneofCase.Abandonment => entry.Abandonment.IntentSequence,
        _ => null,
    };

    private static bool IsFiledAs(Row row, EntryBody entry) =>
        row.Kind == (int)entry.ContentCase
        && row.Closes == Closes(entry)
        && row.Operation.AsSpan().SequenceEqual(entry.Intent is { } intent ? intent.OperationId.Span : []);

    // Each query fills what it selects.
    private sealed class Row
    {
        public long Sequence { get; set; }

        public int Kind { get; set; }

        public byte[]? Operation { get; set; }

        public long? Closes { get; set; }

        public byte[] Body { get; set; } = [];

        public byte[] ChainHash { get; set; } = [];
    }
}
