using Google.Protobuf;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Audit;

/// <summary>What a terminal was told of the log's end, beside the log.</summary>
internal enum WitnessVerdict
{
    /// <summary>The log has this very entry.</summary>
    Agrees = 1,

    /// <summary>A backup was restored since, and the log says so.</summary>
    Restored,

    /// <summary>The entry is gone, or is another: somebody has cut or rewritten the log.</summary>
    Contradicts,
}

/// <summary>A terminal's word.</summary>
internal sealed record AuditTestimony
{
    public long Terminal { get; init; }

    /// <summary>The entry that was the newest.</summary>
    public long Number { get; init; }

    /// <summary>32 bytes.</summary>
    public byte[] ChainHash { get; init; } = [];

    /// <summary>The newest entry that said that a backup was restored; 0 for none.</summary>
    public long Restored { get; init; }
}

/// <summary>
/// Terminals are told where the audit log ends, keep it, and tell it again: so that who can write the
/// database cannot cut or rewrite the log unseen, even though he computes its chain anew.
/// </summary>
internal sealed partial class AuditWitnesses(
    Database database, TimeProvider clock, ILogger<AuditWitnesses> log)
{
    private const int HashLength = 32;
    private const int ContradictionsMost = 1_000;

    /// <summary>Where the log ends now; null while it is empty.</summary>
    public SyncContract.AuditHead? Head() => database.Read(db =>
        AuditLog.Newest(db) is { Number: > 0 } newest
            ? new SyncContract.AuditHead
            {
                Number = (ulong)newest.Number,
                Hash = ByteString.CopyFrom(newest.ChainHash),
                Restored = (ulong)Restorations(db).DefaultIfEmpty(0).Max(),
            }
            : null);

    /// <summary>A terminal tells what it was told.</summary>
    /// <param name="terminal">Who.</param>
    /// <param name="told">Null from a terminal that knows nothing.</param>
    /// <param name="isFirst">Whether it has just called: then it is kept.</param>
    /// <returns>Whether it may be told anew; not, where its word is evidence against the log.</returns>
    public bool Hear(uint terminal, SyncContract.AuditHead? told, bool isFirst)
    {
        if (told is not { Hash.Length: HashLength } || told.Number is 0 or > long.MaxValue
            || told.Restored > long.MaxValue)
        {
            return true;
        }

        var testimony = new AuditTestimony
        {
            Terminal = terminal,
            Number = (long)told.Number,
            ChainHash = told.Hash.ToByteArray(),
            Restored = (long)told.Restored,
        };
        var verdict = database.Read(db => Judge(db, testimony));
        var contradicts = verdict == WitnessVerdict.Contradicts;
        var isNew = contradicts && !IsKept(testimony);
        if (isNew || (isFirst && !contradicts))
            database.Write(db => Keep(db, testimony, verdict, clock.Microseconds()));
        // Not with every heartbeat.
        if (isNew || (isFirst && contradicts))
            LogContradicted(terminal, testimony.Number);
        return !contradicts;
    }

    /// <summary>Compares a terminal's word with the log. Whether the log's own chain holds, <see
    /// cref="AuditLog.FirstFault"/> says.</summary>
    public static WitnessVerdict Judge(DbSession db, AuditTestimony told)
    {
        var kept = db.Find<byte[]>(
            "SELECT chain_hash FROM audit_entry WHERE number = @Number", new { told.Number });
        if (kept is not null && kept.AsSpan().SequenceEqual(told.ChainHash))
            return WitnessVerdict.Agrees;
        // What a restore has lost begins with the entry that speaks of it.
        return Restorations(db).Any(at => at > told.Restored && at <= told.Number)
            ? WitnessVerdict.Restored
            : WitnessVerdict.Contradicts;
    }

    /// <summary>The entries that say that a backup was restored, the oldest first.</summary>
    public static IReadOnlyList<long> Restorations(DbSession db) => db.List<long>(
        "SELECT number FROM audit_entry WHERE subject = 'book' AND action = @BookRestored ORDER BY number",
        new { AuditAction.BookRestored });

    /// <summary>All that terminals have told, as it is to be seen now.</summary>
    public static IReadOnlyList<(AuditTestimony Told, WitnessVerdict Verdict)> All(DbSession db) =>
        [.. db.List<AuditTestimony>(
            """
            SELECT terminal, number, chain_hash, restored FROM audit_witness
            ORDER BY agrees, terminal, number LIMIT @ContradictionsMost
            """,
            new { ContradictionsMost }).Select(told => (told, Judge(db, told)))];

    // Of those that agree, only the newest of each terminal.
    private static void Keep(DbSession db, AuditTestimony told, WitnessVerdict verdict, long nowUs)
    {
        db.Run("DELETE FROM audit_witness WHERE terminal = @Terminal AND agrees = 1", new { told.Terminal });
        db.Run(
            """
            INSERT INTO audit_witness (terminal, number, chain_hash, restored, agrees, told_us)
            VALUES (@Terminal, @Number, @ChainHash, @Restored, @agrees, @nowUs)
            ON CONFLICT (terminal, number, chain_hash) DO NOTHING
            """,
            new
            {
                told.Terminal,
                told.Number,
                told.ChainHash,
                told.Restored,
                agrees = verdict == WitnessVerdict.Contradicts ? 0L : 1L,
                nowUs,
            });
    }

    private bool IsKept(AuditTestimony told) => database.Read(db => db.Value<long>(
        """
        SELECT COUNT(*) FROM audit_witness
        WHERE terminal = @Terminal AND number = @Number AND chain_hash = @ChainHash AND agrees = 0
        """,
        new { told.Terminal, told.Number, told.ChainHash })) > 0;

    [LoggerMessage(
        LogLevel.Error,
        "Terminal {Terminal} was told of another entry {Number} of the audit log: it was cut or rewritten.")]
    private partial void LogContradicted(uint terminal, long number);
}
