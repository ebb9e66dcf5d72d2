using System.Diagnostics;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Taps;

namespace SmartCardCrm.Server.Telemetry;

/// <summary>Spans of what terminals deliver: one for a batch, from its arrival until it is durable, and one
/// for each entry in its operation's trace. Costs nothing where nobody listens.</summary>
internal sealed class IntakeTrace(Database database, TimeProvider clock)
{
    private const string SequenceTag = "smartcardcrm.sequence";

    /// <summary>A batch has come. Dispose of the span when it is durable.</summary>
    public static Activity? Begin(IReadOnlyList<ReadEntry> entries) =>
        OperationTrace.Start("intake batch")
            ?.SetTag(OperationTrace.TerminalTag, entries[0].Place.Terminal)
            .SetTag(SequenceTag, entries[0].Place.Sequence)
            .SetTag("smartcardcrm.entries", entries.Count);

    /// <summary>A batch is durable: each of its entries was judged, and what it proves is posted.</summary>
    /// <param name="batch">Its span; null where nobody listens.</param>
    /// <param name="entries">The batch.</param>
    /// <param name="verdicts">One for each entry.</param>
    public void Taken(Activity? batch, IReadOnlyList<ReadEntry> entries, IReadOnlyList<Verdict> verdicts)
    {
        if (batch is null)
            return;
        var came = new DateTimeOffset(batch.StartTimeUtc);
        foreach (var (entry, verdict) in entries.Zip(verdicts))
        {
            var body = entry.Body;
            using var span = OperationTrace.Start(
                "journal entry", OperationOf(entry.Place.Terminal, body), came,
                new ActivityLink(batch.Context));
            span?.SetTag(OperationTrace.TerminalTag, entry.Place.Terminal)
                .SetTag(SequenceTag, entry.Place.Sequence)
                .SetTag(
                    "smartcardcrm.entry",
                    body is null ? "unreadable" : OperationTrace.CodeOf(body.ContentCase))
                .SetTag(OperationTrace.ResultTag, ServerMetrics.NameOf(verdict))
                .SetEndTime(clock.GetUtcNow().UtcDateTime);
        }
    }

    private Guid OperationOf(long terminal, EntryBody? body) => body?.ContentCase switch
    {
        EntryBody.ContentOneofCase.Intent => OperationTrace.IdOf(body.Intent.OperationId.Span),
        EntryBody.ContentOneofCase.AccountOperation =>
            OperationTrace.IdOf(body.AccountOperation.Terms.OperationId.Span),
        EntryBody.ContentOneofCase.DayClose => OperationTrace.IdOf(body.DayClose.OperationId.Span),
        EntryBody.ContentOneofCase.Outcome => OperationOf(terminal, body.Outcome.IntentSequence),
        EntryBody.ContentOneofCase.Failure => OperationOf(terminal, body.Failure.IntentSequence),
        EntryBody.ContentOneofCase.Doubt => OperationOf(terminal, body.Doubt.IntentSequence),
        EntryBody.ContentOneofCase.Settlement =>
            OperationOf(terminal, body.Settlement.IntentSequence),
        EntryBody.ContentOneofCase.Abandonment =>
            OperationOf(terminal, body.Abandonment.IntentSequence),
        _ => Guid.Empty,
    };

    // By what the terminal wrote down beforehand: it is in the book by now.
    private Guid OperationOf(long terminal, uint intentSequence) =>
        database.Read(db => Intents.Find(db, new JournalPlace(terminal, intentSequence))) is { } intent
            ? OperationTrace.IdOf(JournalReading.IntentOf(intent.Body).OperationId.Span)
            : Guid.Empty;
}
