using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal;

/// <summary>What headquarters had, and how many checkouts had begun here, some time ago.</summary>
/// <param name="Through">The last entry.</param>
/// <param name="Checkouts">The number of the last checkout.</param>
internal readonly record struct OldMark(uint Through, long Checkouts);

/// <summary>The SQL by which a journal loses its beginning.</summary>
internal static class CompactionRows
{
    private const int Settlement = (int)EntryBody.ContentOneofCase.Settlement;

    /// <summary>Notes, once a day, how far headquarters has acknowledged.</summary>
    public static int Mark(PreparedConnection c, long day, uint head) => c.Run(
        """
        INSERT INTO acknowledged_day(day, through, checkouts)
        SELECT ?, min(position, ?), (SELECT coalesce(max(number), 0) FROM checkout)
        FROM cursor WHERE name = 'acknowledged'
        """,
        day, (long)head);

    public static bool IsMarked(PreparedConnection c, long day) =>
        c.Rows("SELECT 1 FROM acknowledged_day WHERE day = ?", row => row.Number(0), day).Any();

    /// <summary>Headquarters has less than it had: what it lacks has not stood there for long.</summary>
    public static int ForgetMarks(PreparedConnection c, uint after) =>
        c.Run("DELETE FROM acknowledged_day WHERE through > ?", (long)after);

    /// <summary>What stood acknowledged on a day, or before it; nothing where nobody noted any.</summary>
    public static OldMark MarkOf(PreparedConnection c, long day) => c.Rows(
        """
        SELECT coalesce(max(through), 0), coalesce(max(checkouts), 0) FROM acknowledged_day WHERE day <= ?
        """,
        row => new OldMark((uint)row.Number(0), row.Number(1)), day).Single();

    /// <summary>A later mark says all that an earlier one does.</summary>
    public static int DropMarks(PreparedConnection c, long day) => c.Run(
        """
        DELETE FROM acknowledged_day
        WHERE day < (SELECT max(day) FROM acknowledged_day WHERE day <= ?)
        """,
        day);

    /// <summary>The first entry that an open checkout may still ask for; null where there is none.</summary>
    public static uint? FirstOfOpenCheckouts(PreparedConnection c) => c.Rows(
        """
        SELECT min(entry.sequence) FROM checkout JOIN entry ON entry.operation = checkout.id
        WHERE checkout.is_over = 0
        """,
        row => row.IsNull(0) ? (uint?)null : (uint)row.Number(0)).Single();

    /// <summary>Intents before a sequence that an entry after another has settled.</summary>
    public static IEnumerable<uint> SettledAfter(PreparedConnection c, uint after, uint before) => c.Rows(
        $"SELECT closes FROM entry WHERE sequence > ? AND kind = {Settlement} AND closes < ?",
        row => (uint)row.Number(0), (long)after, (long)before);

    /// <summary>Drops everything up to a sequence but some intents and what closes them, which are set aside:
    /// with the hash before theirs, so that they can be verified alone.</summary>
    /// <param name="kept">The intents.</param>
    public static void Drop(PreparedConnection c, uint through, IReadOnlySet<uint> kept)
    {
        var end = JournalRows.Base(c);
        foreach (var row in c.Rows(
            "SELECT sequence, closes, chain_hash FROM entry WHERE sequence <= ? ORDER BY sequence",
            row => (
                Sequence: (uint)row.Number(0), Closes: row.IsNull(1) ? (uint?)null : (uint)row.Number(1),
                Hash: row.Bytes(2)),
            (long)through).ToList())
        {
            if (!kept.Contains(row.Sequence) && !(row.Closes is { } intent && kept.Contains(intent)))
                c.Run("DELETE FROM entry WHERE sequence = ?", (long)row.Sequence);
            else if (row.Sequence > end.Sequence)
                c.Run(
                    "UPDATE entry SET chain_hash = ? WHERE sequence = ?",
                    (byte[])[.. end.Hash.Span, .. row.Hash], (long)row.Sequence);
            if (row.Sequence > end.Sequence)
                end = new JournalHead(row.Sequence, row.Hash);
        }

        c.Run("UPDATE journal_base SET sequence = ?, chain_hash = ?", (long)through, end.Hash.ToArray());
        c.Run(
            """
            DELETE FROM doubt_closed WHERE intent_sequence <= ?
                AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.sequence = intent_sequence)
            """,
            (long)through);
    }

    /// <summary>Headquarters' signatures under days that are not kept any more.</summary>
    /// <param name="firstDay">The first that is.</param>
    public static int DropDays(PreparedConnection c, uint firstDay) =>
        c.Run("DELETE FROM day_countersigned WHERE number < ?", (long)firstDay);

    /// <summary>Drops checkouts that are over and of which no entry is left. The newest stays: its number is
    /// what the next one's follows.</summary>
    public static int DropCheckouts(PreparedConnection c, long through, int most) => c.Run(
        """
        DELETE FROM checkout WHERE number IN (
            SELECT number FROM checkout
            WHERE number <= ? AND is_over = 1 AND number < (SELECT max(number) FROM checkout)
                AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.operation = checkout.id)
            ORDER BY number LIMIT ?)
        """,
        through, most);
}
