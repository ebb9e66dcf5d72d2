using SQLite;

namespace SmartCardCrm.Demo.Playground;

/// <summary>An entry of a terminal's journal, as far as it stands there in clear.</summary>
/// <param name="Sequence">1, 2, 3 …</param>
/// <param name="Kind">intent, outcome, doubt …</param>
/// <param name="Closes">The intent it belongs to; null for none.</param>
/// <param name="Operation">The checkout, 32 hex digits, where it is an intent; else null.</param>
internal sealed record JournalEntry(long Sequence, string Kind, long? Closes, string? Operation);

/// <summary>
/// Looks into a terminal's journal while the terminal writes it, and changes nothing. What entries say of
/// customers is sealed; their numbers and kinds are not.
/// </summary>
/// <param name="path">The database.</param>
internal sealed class JournalWindow(string path) : IDisposable
{
    // Fields of EntryBody in terminal.proto.
    private static readonly Dictionary<int, string> Kinds = new()
    {
        [10] = "intent",
        [11] = "outcome",
        [12] = "failure",
        [13] = "doubt",
        [14] = "settlement",
        [15] = "abandonment",
        [16] = "suspicion",
        [17] = "account-operation",
        [18] = "day-close",
        [19] = "card-log",
    };

    private SQLiteConnection? _connection;

    /// <summary>Every kind that the page has a word for.</summary>
    public static IEnumerable<string> AllKinds => Kinds.Values;

    /// <summary>The newest entries, newest first.</summary>
    public IReadOnlyList<JournalEntry> Newest(int most)
    {
        if (!File.Exists(path))
            return [];
        _connection ??= new SQLiteConnection(path, SQLiteOpenFlags.ReadOnly | SQLiteOpenFlags.FullMutex);
        return
        [
            .. _connection.Query<Row>(
                "SELECT sequence, kind, closes, operation FROM entry ORDER BY sequence DESC LIMIT ?", most)
                .Select(row => new JournalEntry(
                    row.Sequence, Kinds.GetValueOrDefault(row.Kind, "other"), row.Closes,
                    row.Operation is { } id ? Convert.ToHexStringLower(id) : null)),
        ];
    }

    public void Dispose() => _connection?.Dispose();

    // SQLite-net fills it.
    internal sealed class Row
    {
        [Column("sequence")]
        public long Sequence { get; set; }

        [Column("kind")]
        public int Kind { get; set; }

        [Column("closes")]
        public long? Closes { get; set; }

        [Column("operation")]
        public byte[]? Operation { get; set; }
    }
}
