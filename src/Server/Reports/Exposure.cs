using System.Globalization;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Reports;

/// <summary>What the chain stands to lose to false cards at terminals that decide without asking:
/// docs/security.md says how the bound comes about.</summary>
internal static class Exposure
{
    private const long HourUs = 3_600_000_000;

    public static readonly IReadOnlyList<string> Columns =
    [
        "terminal", "name", "operation_most", "card_most", "stranger_most", "day_most", "replica_hours_most",
        "seen_utc", "replica_utc", "replica_hours", "blocks_missing", "redeemed_today", "redeemed_unheard",
        "may_lose_today", "bound",
    ];

    /// <summary>A row a terminal that is let in, and their sum.</summary>
    public static IEnumerable<IReadOnlyList<object?>> Of(DbSession db, Period period)
    {
        var stands = StandsOf(db, period);
        return [.. stands.Select(one => one.Cells), TotalOf(stands)];
    }

    /// <summary>What all of them together may still lose today, and the bound.</summary>
    public static (long Today, long Bound) TotalOf(DbSession db, Period period)
    {
        var stands = StandsOf(db, period);
        return (stands.Sum(one => one.MayLoseToday), stands.Sum(one => one.Bound));
    }

    /// <summary>One terminal that is let in; null where there is none.</summary>
    public static Standing? Find(DbSession db, Period period, long terminal) =>
        StandsOf(db, period, terminal).SingleOrDefault();

    private static IReadOnlyList<Standing> StandsOf(DbSession db, Period period, long? only = null)
    {
        var reported = ByOthers(db).ToLookup(record => (long)record.Terminal);
        return
        [
            .. db.List<TerminalRow>(
            $"""
            SELECT t.number, t.name, t.store_zone, l.document, s.seen_us, s.current_us,
                COALESCE((SELECT sequence FROM journal_head WHERE terminal = t.number), 0) AS head,
                (SELECT COUNT(*) FROM card_block b
                    WHERE b.blocked = 1 AND b.done_us > COALESCE(s.current_us, 0)) AS blocks_missing
            FROM terminal t
            JOIN terminal_limits l ON l.terminal = t.number AND l.version =
                (SELECT MAX(version) FROM terminal_limits WHERE terminal = t.number)
            LEFT JOIN terminal_seen s ON s.terminal = t.number
            WHERE t.revoked_us IS NULL {(only is null ? "" : "AND t.number = @only")} ORDER BY t.number
            """,
            new { only }).Select(terminal => new Standing(terminal, period, db, reported[terminal.Number])),
        ];
    }

    private static IReadOnlyList<object?> TotalOf(IReadOnlyList<Standing> stands) =>
    [
        null, "total", null, null, null, stands.Sum(one => (long)one.DayMost), null, null, null, null, null,
        stands.Sum(one => one.RedeemedToday), stands.Sum(one => one.RedeemedUnheard),
        stands.Sum(one => one.MayLoseToday), stands.Sum(one => one.Bound),
    ];

    // What later transactions have read, cards' own logs have and other terminals' word has posted, whether
    // its terminal has sent it or not. A card of which something is missing stands in an exception.
    private static IEnumerable<LogRecord> ByOthers(DbSession db) => db.List<byte[]>(
        """
        SELECT t.record_written FROM terminal n LEFT JOIN journal_head h ON h.terminal = n.number
        JOIN card_transaction t ON t.terminal = n.number AND t.sequence > COALESCE(h.sequence, 0)
        UNION
        SELECT t.record_read FROM card c
        JOIN card_transaction t ON t.uid = c.uid AND t.generation = c.generation
        WHERE c.uid IN (SELECT uid FROM book_exception)
            AND c.highest_counter > c.acknowledged_counter AND t.counter > c.acknowledged_counter
            AND t.record_read IS NOT NULL AND NOT EXISTS (SELECT 1 FROM card_transaction before
                WHERE before.uid = t.uid AND before.generation = t.generation
                    AND before.counter = t.counter - 1)
        UNION
        SELECT record FROM seen_record
        """)
        .Select(record => LogRecord.TryDecode(record)).OfType<LogRecord>()
        .Where(record => record is { Kind: LogKind.Sale, Redeemed: > 0 });

    internal sealed record TerminalRow
    {
        public long Number { get; init; }
        public string Name { get; init; } = "";
        public string StoreZone { get; init; } = "";
        public byte[] Document { get; init; } = [];
        public long? SeenUs { get; init; }
        public long? CurrentUs { get; init; }

        /// <summary>The newest entry of its journal that is here.</summary>
        public long Head { get; init; }
        public long BlocksMissing { get; init; }
    }

    /// <summary>One terminal, as far as headquarters knows.</summary>
    internal sealed class Standing
    {
        private readonly TerminalRow _terminal;
        private readonly Limits _limits;
        private readonly long? _replicaUs;

        public Standing(TerminalRow terminal, Period period, DbSession db, IEnumerable<LogRecord> reported)
        {
            var unheard = reported.Where(record => record.Sequence > terminal.Head).ToList();
            (_terminal, _limits) = (terminal, Limits.FromDocument(terminal.Document));
            _replicaUs = period.NowUs - terminal.CurrentUs;
            var now = UnixTime.FromMicroseconds(period.NowUs);
            var today = StoreDays.DayOf(now, terminal.StoreZone);
            RedeemedUnheard = unheard.Sum(record => record.Redeemed);
            RedeemedToday = HeardOf(db, terminal, today, period.NowUs) + unheard
                .Where(record => StoreDays.DayOf(record.Time, terminal.StoreZone) == today)
                .Sum(record => record.Redeemed);
            MayLoseToday = MayRedeemNow ? Math.Max(DayMost - RedeemedToday, 0) : 0;
            Bound = (long)DayMost * period.Days;
        }

        /// <summary>0 where headquarters decides, and nobody where it is away.</summary>
        public int DayMost => _limits.Modes?.Redeem is { NeedsKeys: false } ? 0 : _limits.DayMost;

        public long RedeemedToday { get; }

        /// <summary>Known of from others, and not reported by itself.</summary>
        public long RedeemedUnheard { get; }

        public long MayLoseToday { get; }

        /// <summary>Blocks that it may not have heard of.</summary>
        public long BlocksMissing => _terminal.BlocksMissing;

        public long Bound { get; }

        public IReadOnlyList<object?> Cells =>
        [
            _terminal.Number, _terminal.Name, _limits.OperationMost, _limits.CardMost, _limits.StrangerMost,
            DayMost, _limits.ReplicaHoursMost, _terminal.SeenUs, _terminal.CurrentUs, _replicaUs / HourUs,
            BlocksMissing, RedeemedToday, RedeemedUnheard, MayLoseToday, Bound,
        ];

        // What it is not known to have had, it may have.
        private bool MayRedeemNow => _replicaUs is not { } age
            || !_limits.IsTooOldToRedeem(TimeSpan.FromMicroseconds(age));

        private static long HeardOf(DbSession db, TerminalRow terminal, DateOnly day, long nowUs) =>
            db.Value<long>(
                """
                SELECT CAST(COALESCE(SUM(redeemed), 0) AS bigint) FROM card_transaction
                WHERE terminal = @Number AND sequence <= @Head AND kind = @Sale AND recorded_us >= @since
                    AND business_date = @day
                """,
                new
                {
                    terminal.Number,
                    terminal.Head,
                    Sale = (long)LogKind.Sale,
                    since = nowUs - (48 * HourUs),
                    day = day.ToString("O", CultureInfo.InvariantCulture),
                });
    }
}
