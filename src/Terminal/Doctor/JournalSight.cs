using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Keys;
using SQLite;

namespace SmartCardCrm.Terminal.Doctor;

/// <summary>A document of headquarters as it lies in the replica.</summary>
/// <param name="IsSigned">Whether headquarters signed these very bytes.</param>
internal sealed record KeptDocument(ReadOnlyMemory<byte> Bytes, bool IsSigned);

/// <summary>What the terminal keeps of headquarters' word.</summary>
/// <param name="AsOfUs">When headquarters was last heard of; 0 for never.</param>
internal sealed record ReplicaSight(
    KeptDocument? Rules, KeptDocument? Limits, HotlistState Hotlist, long AsOfUs)
{
    public static ReplicaSight Look(PreparedConnection c, TrustedAuthorities? headquarters) => new(
        Newest(c, "rule_set", headquarters), Newest(c, "limits", headquarters),
        (HotlistState)c.Number("SELECT state FROM hotlist"),
        c.Number("SELECT position FROM cursor WHERE name = 'feed_as_of_us'"));

    private static KeptDocument? Newest(
        PreparedConnection c, string table, TrustedAuthorities? headquarters) => c.Rows(
        $"SELECT document, signature FROM {table} ORDER BY version DESC LIMIT 1",
        row => new KeptDocument(
            row.Bytes(0),
            headquarters is not null && headquarters.HaveSigned(row.Bytes(0), row.Bytes(1))))
        .SingleOrDefault();
}

/// <summary>The journal's database, read and never written, also while the terminal has it.</summary>
/// <param name="Bytes">Its file and its log.</param>
/// <param name="Integrity"><c>ok</c>, or what is wrong.</param>
/// <param name="OldestUnsent">When the oldest entry that headquarters lacks was written.</param>
/// <param name="Replica">Null where nothing of it can be believed.</param>
internal sealed record JournalSight(
    long Bytes, string Integrity, uint Head, uint Acknowledged, DateTimeOffset? OldestUnsent, int OpenDoubts,
    ReplicaSight? Replica)
{
    /// <summary>The newest entry that was dropped; 0 for none.</summary>
    public uint Base { get; init; }

    /// <summary>When the first entry after the last close was written; null where there is none.</summary>
    public DateTimeOffset? DayBegan { get; init; }

    private const string Doubts =
        """
        SELECT count(*) FROM entry d JOIN entry i ON i.sequence = d.closes WHERE d.kind = ?
        AND NOT EXISTS (SELECT 1 FROM entry s WHERE s.closes = d.closes AND s.kind = ?)
        AND NOT EXISTS (SELECT 1 FROM doubt_closed h WHERE h.intent_sequence = d.closes)
        """;

    /// <exception cref="SQLiteException">It cannot be read.</exception>
    /// <exception cref="JournalFailedException">It is not what was written.</exception>
    /// <exception cref="JournalKeyException">It is under another key.</exception>
    public static JournalSight Look(JournalFile file, TrustedAuthorities? headquarters)
    {
        var path = file.Path;
        using var c = PreparedConnection.ToRead(path, file.Seal);
        var bytes = new[] { path, path + "-wal" }.Where(File.Exists).Sum(f => new FileInfo(f).Length);
        var integrity = c.Text("PRAGMA integrity_check(1)");
        if (integrity != "ok")
            return new JournalSight(bytes, integrity, 0, 0, null, 0, null);

        SealedRows.DemandKey(c);
        // One transaction: what is counted belongs together, whatever the terminal writes meanwhile.
        c.Run("BEGIN");
        var head = JournalRows.Walk(c, (_, _) => { });
        var acknowledged = (uint)c.Number("SELECT position FROM cursor WHERE name = 'acknowledged'");
        var sight = new JournalSight(
            bytes, integrity, head.Sequence, acknowledged, Oldest(c, acknowledged), OpenDoubtsIn(c),
            ReplicaSight.Look(c, headquarters))
        {
            Base = JournalRows.Base(c).Sequence,
            DayBegan = Oldest(c, JournalRows.NewestClose(c)),
        };
        c.Run("ROLLBACK");
        return sight;
    }

    /// <summary>How many steps the database is from this release: 0, below for an older one, above for a
    /// newer.</summary>
    /// <exception cref="SQLiteException">It cannot be read.</exception>
    public static int SchemaAhead(string path)
    {
        using var c = PreparedConnection.ToRead(path, seal: null);
        return (int)c.Number("PRAGMA user_version") - DatabaseSchema.Newest;
    }

    private static DateTimeOffset? Oldest(PreparedConnection c, uint acknowledged) =>
        JournalRows.After(c, acknowledged, entriesMost: 1, bytesMost: 0) is [var oldest]
            ? DateTimeOffset.UnixEpoch.AddTicks(
                EntryBody.Parser.ParseFrom(oldest.Body).RecordedAtUs * TimeSpan.TicksPerMicrosecond)
            : null;

    private static int OpenDoubtsIn(PreparedConnection c) => (int)c.Rows(
        Doubts, row => row.Number(0), (int)EntryBody.ContentOneofCase.Doubt,
        (int)EntryBody.ContentOneofCase.Settlement).Single();
}
