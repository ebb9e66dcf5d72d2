using System.Diagnostics.Metrics;
using SmartCardCrm.Server.DayCertificates;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Terminals;

namespace SmartCardCrm.Server.Telemetry;

/// <summary>The server in figures; docs/operations.md explains each. What the book knows is asked when
/// somebody looks.</summary>
internal sealed class ServerMetrics
{
    public const string MeterName = "SmartCardCrm.Server";

    // From a quick disk's single sync to a terminal that comes back after a week.
    private static readonly double[] Seconds =
        [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];

    private readonly Database _database;
    private readonly OpenLines _lines;
    private readonly TerminalWatch _watch;
    private readonly Counter<long> _entries;
    private readonly Histogram<double> _batchDuration;

    public ServerMetrics(IMeterFactory meters, Database database, OpenLines lines, TerminalWatch watch)
    {
        (_database, _lines, _watch) = (database, lines, watch);
        var meter = meters.Create(MeterName);
        _entries = meter.CreateCounter<long>(
            "smartcardcrm.intake.entries", description: "Journal entries of terminals, by their verdict.");
        _batchDuration = meter.CreateHistogram(
            "smartcardcrm.intake.batch.duration", "s", "From a batch's arrival until it is durable.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });
        meter.CreateObservableGauge(
            "smartcardcrm.terminals.connected", () => _lines.Connected.Count,
            description: "Terminals with an open stream.");
        meter.CreateObservableGauge(
            "smartcardcrm.feed.lag", FeedLag,
            description: "Places of the change feed that the farthest of the connected terminals is behind.");
        meter.CreateObservableGauge(
            "smartcardcrm.exceptions.open", OpenExceptions, description: "Open exceptions, by their cause.");
        meter.CreateObservableGauge(
            "smartcardcrm.certificate.failed",
            () => _database.Read(CertificateArchive.NewestFailed) ?? 0,
            description: "Checks of the book that failed in the newest daily certificate.");
        meter.CreateObservableGauge(
            "smartcardcrm.audit.contradictions", AuditContradictions,
            description: "Words of terminals that the audit log contradicts.");
        meter.CreateObservableCounter(
            "smartcardcrm.ledger.postings", Postings, description: "Postings in the ledger.");
        meter.CreateObservableCounter(
            "smartcardcrm.database.commits", () => _database.Commits,
            description: "Transactions that changed the book, since the start.");
    }

    /// <summary>A batch is in the book.</summary>
    /// <param name="verdicts">On its entries.</param>
    /// <param name="took">Since it came.</param>
    public void Taken(IEnumerable<Verdict> verdicts, TimeSpan took)
    {
        _batchDuration.Record(took.TotalSeconds);
        foreach (var verdict in verdicts.CountBy(NameOf))
            _entries.Add(verdict.Value, KeyValuePair.Create<string, object?>("verdict", verdict.Key));
    }

    /// <summary>As journals name it: accepted, duplicate, or the cause for which it was parked.</summary>
    public static string NameOf(Verdict verdict) => verdict switch
    {
        Verdict.Parked(var cause, _) => cause,
        Verdict.Duplicate => "duplicate",
        _ => Journals.Accepted,
    };

    // A terminal says twice a minute how far it is.
    private long FeedLag()
    {
        var head = (long)_database.Read(Feed.Head);
        return _lines.Connected.Select(_watch.Of)
            .Where(state => state is { HoldsKeys: not null })
            .Select(state => Math.Max(head - (long)state!.FeedCursor, 0))
            .DefaultIfEmpty(0).Max();
    }

    private long AuditContradictions() =>
        _database.Read(db => db.Value<long>("SELECT COUNT(*) FROM audit_witness WHERE agrees = 0"));

    // Ids are given without a hole.
    private long Postings() =>
        _database.Read(db => db.Value<long>("SELECT COALESCE(MAX(id), 0) FROM posting"));

    private IEnumerable<Measurement<long>> OpenExceptions()
    {
        var open = _database.Read(db => db.List<CauseCount>(
            "SELECT cause, COUNT(*) AS count FROM book_exception WHERE closed_us IS NULL GROUP BY cause"))
            .ToDictionary(row => row.Cause, row => row.Count, StringComparer.Ordinal);
        return Cause.All.Union(open.Keys, StringComparer.Ordinal).Select(cause => new Measurement<long>(
            open.GetValueOrDefault(cause), KeyValuePair.Create<string, object?>("cause", cause)));
    }

    private sealed record CauseCount
    {
        public string Cause { get; init; } = "";
        public long Count { get; init; }
    }
}
