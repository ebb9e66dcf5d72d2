using System.Globalization;

namespace SmartCardCrm.Demo.Measuring;

/// <summary>What the undisturbed sales cost, counted from outside.</summary>
/// <param name="Sales">Taps counted.</param>
/// <param name="Apdus">Sent to chips in all.</param>
/// <param name="ApdusLeast">The least for these sales.</param>
/// <param name="Fsyncs">By the threads of the readers, between first and last sale; null where nobody
/// counted.</param>
/// <param name="FsyncsApart">By other threads meanwhile (idle checkpoints).</param>
internal sealed record SalesPath(int Sales, long Apdus, long ApdusLeast, int? Fsyncs, int FsyncsApart)
{
    /// <summary>Taps after which the card's log may have been read and written down: one fsync each at
    /// most.</summary>
    public int Carried { get; init; }

    private const string ReaderThread = "tap ";

    /// <summary>Adds up.</summary>
    /// <param name="taps">All taps of the run.</param>
    /// <param name="fsyncs">Per terminal, in the order of the configuration; null where they were not
    /// traced.</param>
    public static SalesPath Measure(IReadOnlyCollection<Tap> taps,
        IReadOnlyList<IReadOnlyList<Fsync>>? fsyncs)
    {
        var clean = taps.Where(tap => !tap.IsDisturbed).ToList();
        var apdus = clean.Sum(tap => (long)tap.Apdus);
        var least = clean.Sum(tap => (long)tap.ApdusLeast);
        if (fsyncs is null || clean.Count == 0)
            return new SalesPath(clean.Count, apdus, least, Fsyncs: null, FsyncsApart: 0);
        var carried = clean.Count(tap => tap.HasCarried);

        var from = clean.Min(tap => tap.From);
        var until = clean.Max(tap => tap.Until);
        var disturbed = taps.Where(tap => tap.IsDisturbed).ToLookup(tap => tap.Reader);
        var meanwhile = fsyncs
            .SelectMany((list, terminal) => list.Select(sync => (Reader: ReaderOf(terminal, sync), sync.At)))
            .Where(sync => sync.At >= from && sync.At <= until)
            .ToLookup(sync => sync.Reader is not null);

        // Everything a reader's thread syncs counts, also outside of taps, unless it was in a disturbed one.
        var onPath = meanwhile[true].Count(
            sync => !disturbed[sync.Reader.GetValueOrDefault()]
                .Any(tap => sync.At >= tap.From && sync.At <= tap.Until));
        return new SalesPath(clean.Count, apdus, least, onPath, meanwhile[false].Count())
        {
            Carried = carried,
        };
    }

    private static ReaderIndex? ReaderOf(int terminal, Fsync sync) =>
        sync.Thread.StartsWith(ReaderThread, StringComparison.Ordinal)
        && int.TryParse(sync.Thread.AsSpan(ReaderThread.Length), NumberStyles.None,
            CultureInfo.InvariantCulture, out var reader)
            ? new ReaderIndex(terminal, reader)
            : null;
}
