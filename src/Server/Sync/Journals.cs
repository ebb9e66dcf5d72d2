using Google.Protobuf;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Sync;

/// <summary>Where the server's copy of a terminal's journal ends.</summary>
internal sealed record JournalHead
{
    public long Terminal { get; init; }

    /// <summary>The newest entry taken, 0 for none.</summary>
    public long Sequence { get; init; }

    /// <summary>Its chain hash, 32 bytes; zero for none.</summary>
    public byte[] ChainHash { get; init; } = new byte[32];

    /// <summary>When it was taken, microseconds since 1970.</summary>
    public long TakenUs { get; init; }

    /// <summary>Entries that came again and were only counted.</summary>
    public long Duplicates { get; init; }
}

/// <summary>An entry as it was taken.</summary>
internal sealed record TakenEntry
{
    public long Terminal { get; init; }
    public long Sequence { get; init; }
    public byte[] Body { get; init; } = [];
    public byte[] ChainHash { get; init; } = [];

    public JournalPlace Place => new(Terminal, Sequence);

    /// <summary>To be judged again.</summary>
    public ReadEntry ToRead() => new(Place, new JournalEntry
    {
        Sequence = checked((uint)Sequence),
        Body = ByteString.CopyFrom(Body),
        ChainHash = ByteString.CopyFrom(ChainHash),
    });
}

/// <summary>The server's copy of every terminal's journal.</summary>
internal static class Journals
{
    public const string Accepted = "accepted";

    public static readonly BookTable Table = new("journal_entry", new RowShape(
        "terminal bigint, sequence bigint, body {bytes}, chain_hash {bytes}, verdict text, uid text, "
        + "taken_us bigint"));

    private static readonly RowShape Terminals = new("terminal bigint");

    private static readonly RowShape Heads = new(
        "terminal bigint, sequence bigint, chain_hash {bytes}, taken_us bigint, duplicates bigint");

    public static JournalHead Head(DbSession db, long terminal) =>
        db.Find<JournalHead>(
            """
            SELECT terminal, sequence, chain_hash, taken_us, duplicates FROM journal_head
            WHERE terminal = @terminal
            """,
            new { terminal }) ?? new JournalHead { Terminal = terminal };

    /// <summary>The newest entries of journals that were taken, 0 for none.</summary>
    public static IEnumerable<(long Terminal, long Sequence)> Ends(
        DbSession db, IReadOnlyList<long> terminals) =>
        db.ListForEach<JournalHead>(
            $"""
            SELECT row.terminal, COALESCE(head.sequence, 0) AS sequence
            FROM {RowShape.Place} LEFT JOIN journal_head head ON head.terminal = row.terminal
            """,
            new Rows(Terminals, [.. terminals.Select(terminal => new object?[] { terminal })]))
            .Select(head => (head.Terminal, head.Sequence));

    /// <summary>The chain hash of an entry that was taken, or null.</summary>
    public static byte[]? HashAt(DbSession db, long terminal, long sequence) =>
        Find(db, new JournalPlace(terminal, sequence))?.ChainHash;

    public static TakenEntry? Find(DbSession db, JournalPlace place) =>
        db.Find<TakenEntry>(
            """
            SELECT terminal, sequence, body, chain_hash FROM journal_entry
            WHERE terminal = @Terminal AND sequence = @Sequence
            """,
            place);

    /// <summary>Accepted, or the cause an entry is parked for; null where there is none.</summary>
    public static string? VerdictOn(DbSession db, JournalPlace place) =>
        db.Find<string>(
            "SELECT verdict FROM journal_entry WHERE terminal = @Terminal AND sequence = @Sequence", place);

    /// <summary>Writes a new entry at the end of its journal, as accepted until it is judged
    /// otherwise.</summary>
    public static void Append(OpenBook book, ReadEntry entry, string? uid) => book.Append(
        entry,
        [
            entry.Place.Terminal, entry.Place.Sequence, entry.Entry.Body.ToByteArray(),
            entry.Entry.ChainHash.ToByteArray(), Accepted, uid, book.NowUs,
        ]);

    /// <summary>Journals end with these entries now.</summary>
    /// <param name="db">The book.</param>
    /// <param name="newest">One of each journal.</param>
    /// <param name="nowUs">When they were taken.</param>
    public static void MoveHeads(DbSession db, IEnumerable<ReadEntry> newest, long nowUs) =>
        db.RunForEach(
            $"""
            INSERT INTO journal_head ({Heads.Names}) SELECT {Heads.Names} FROM {RowShape.Place} WHERE true
            ON CONFLICT (terminal) DO UPDATE
            SET sequence = excluded.sequence, chain_hash = excluded.chain_hash, taken_us = excluded.taken_us
            """,
            new Rows(Heads, [.. newest.Select(entry => new object?[]
            {
                entry.Place.Terminal, entry.Place.Sequence, entry.Entry.ChainHash.ToByteArray(), nowUs, 0L,
            })]));

    /// <summary>Writes the verdict on an entry: accepted, or the cause it is parked for.</summary>
    public static void Judge(DbSession db, JournalPlace place, string verdict) =>
        db.Run(
            "UPDATE journal_entry SET verdict = @verdict WHERE terminal = @Terminal AND sequence = @Sequence",
            new { place.Terminal, place.Sequence, verdict });

    public static void CountDuplicate(DbSession db, long terminal) =>
        db.Run(
            "UPDATE journal_head SET duplicates = duplicates + 1 WHERE terminal = @terminal",
            new { terminal });

    /// <summary>Entries that wait for a card's registration, each terminal's in order.</summary>
    public static IReadOnlyList<TakenEntry> Waiting(DbSession db, string uid) =>
        db.List<TakenEntry>(
            $"""
            SELECT terminal, sequence, body, chain_hash FROM journal_entry
            WHERE uid = @uid AND verdict = '{Reconciliation.Cause.UnknownCard}'
            ORDER BY terminal, sequence
            """,
            new { uid });
}
