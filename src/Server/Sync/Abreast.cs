namespace SmartCardCrm.Server.Sync;

/// <summary>
/// How far journals are taken together. Several that are behind are taken up to the same moment, so that a
/// card that went from one terminal to another is met in its own order: otherwise what it did at the one
/// would be missing before what it did at the other, and come a moment later.
/// </summary>
internal static class Abreast
{
    // Of a terminal that sells and sends, less waits.
    private const int BehindLeast = 64;

    /// <summary>Whether a terminal that sends so many entries at once sends what has waited.</summary>
    public static bool IsBehind(int entries) => entries >= BehindLeast;

    /// <summary>Which entries of deliveries are to be taken now; the others follow on.</summary>
    /// <param name="deliveries">Each of one terminal, its later ones after its earlier ones.</param>
    /// <param name="mayWait">For each, whether it may be cut.</param>
    /// <returns>For each, how many of its entries.</returns>
    public static IReadOnlyList<int> Cut(
        IReadOnlyList<IReadOnlyList<ReadEntry>> deliveries, Func<int, bool> mayWait)
    {
        var through = Moment(deliveries);
        var cut = new HashSet<long>();
        return
        [
            .. deliveries.Select((entries, at) =>
            {
                var count = !mayWait(at) ? entries.Count
                    : cut.Contains(TerminalOf(entries)) ? 0
                    : entries.TakeWhile(entry => entry.RecordedAtUs <= through).Count();
                if (count < entries.Count)
                    cut.Add(TerminalOf(entries));
                return count;
            }),
        ];
    }

    // Where the first of those that are behind ends.
    private static long Moment(IEnumerable<IReadOnlyList<ReadEntry>> deliveries)
    {
        var ends = deliveries.GroupBy(TerminalOf)
            .Where(journal => IsBehind(journal.Sum(entries => entries.Count)))
            .Select(journal => journal.Last().Max(entry => entry.RecordedAtUs)).ToList();
        return ends.Count > 1 ? ends.Min() : long.MaxValue;
    }

    private static long TerminalOf(IReadOnlyList<ReadEntry> entries) => entries[0].Place.Terminal;
}
