using System.Globalization;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.DayCertificates;

/// <summary>The counters below a card's highest that the book has not posted, beside the exceptions that tell
/// of them.</summary>
internal static class MissingCounters
{
    /// <summary>Those that stand in no exception, or in several that say the same.</summary>
    public static long Unexplained(DbSession db, Stretch range)
    {
        var gaps = db.List<GapRow>(
            $"""
            SELECT c.number, e.cause, e.detail, e.counter FROM card c
            JOIN book_exception e ON e.uid = c.uid AND e.generation = c.generation
            WHERE c.number BETWEEN @From AND @Through AND c.highest_counter > c.acknowledged_counter
                AND e.counter IS NOT NULL AND (e.closed_us IS NULL OR e.resolved_by IS NOT NULL)
                AND e.cause IN ('{Cause.Gap}', '{Cause.Late}', '{Cause.Doubt}', '{Cause.BadProof}',
                    '{Cause.BadReaderId}')
            """,
            range).ToLookup(row => row.Number);
        return db.List<CardRow>(
            """
            SELECT c.number, c.acknowledged_counter, t.counter FROM card c
            JOIN card_transaction t ON t.uid = c.uid AND t.generation = c.generation
                AND t.counter > c.acknowledged_counter
            WHERE c.number BETWEEN @From AND @Through AND c.highest_counter > c.acknowledged_counter
            ORDER BY c.number, t.counter
            """,
            range).GroupBy(row => row.Number)
            .Sum(card => Unexplained(card, [.. gaps[card.Key]]));
    }

    private static long Unexplained(IEnumerable<CardRow> card, IReadOnlyList<GapRow> told)
    {
        var posted = card.ToList();
        return Gaps.MissingRuns(posted[0].AcknowledgedCounter, posted.Select(row => row.Counter))
            .Sum(run => Enumerable.Range(0, checked((int)(run.Through - run.From + 1)))
                .LongCount(step => !IsExplained(run.From + step, told)));
    }

    private static bool IsExplained(long counter, IReadOnlyList<GapRow> told)
    {
        var gaps = told.Count(row => row.IsGap && row.Covers(counter));
        return gaps == 1 || (gaps == 0 && told.Any(row => !row.IsGap && row.Counter == counter));
    }

    private sealed record CardRow
    {
        public long Number { get; init; }
        public long AcknowledgedCounter { get; init; }
        public long Counter { get; init; }
    }

    private sealed record GapRow
    {
        public long Number { get; init; }
        public string Cause { get; init; } = "";
        public string Detail { get; init; } = "";
        public long Counter { get; init; }

        public bool IsGap => Cause is Reconciliation.Cause.Gap or Reconciliation.Cause.Late;

        /// <summary>A run of counters is "5..9" in its detail, and has its upper end beside it.</summary>
        public bool Covers(long counter) =>
            long.TryParse(
                Detail.Split("..")[0], NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            && counter >= from && counter <= Counter;
    }
}
