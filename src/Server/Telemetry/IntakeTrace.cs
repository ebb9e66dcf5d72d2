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
    public static Activity? Begin(Delivery delivery) =>
        OperationTrace.Start("intake batch")
            ?.SetTag(OperationTrace.TerminalTag, delivery.Terminal)
            .SetTag(SequenceTag, delivery.Entries[0].Sequence)
            .SetTag("smartcardcrm.entries", delivery.Entries.Count);

    /// <summary>A batch is durable: each of its entries was judged, and what it proves is posted.</summary>
    /// <param name="batch">Its span; null where nobody listens.</param>
    /// <param name="delivery">The batch.</param>
    /// <param name="verdicts">One for each entry.</param>
    public void Taken(Activity? batch, Delivery delivery, IReadOnlyList<Verdict> verdicts)
    {
        if (batch is null)
            return;
        var came = new DateTimeOffset(batch.StartTimeUtc);
        foreach (var (entry, verdict) in delivery.Entries.Zip(verdicts))
        {
            var body = JournalReading.TryRead(entry);
            using var span = OperationTrace.Start(
                "journal entry", OperationOf(delivery, body), came, new ActivityLink(batch.Context));
            span?.SetTag(OperationTrace.TerminalTag, delivery.Terminal)
                .SetTag(SequenceTag, entry.Sequence)
                .SetTag(
                    "smartcardcrm.entry",
                    body is null ? "unreadable" : OperationTrace.CodeOf(body.ContentCase))
                .SetTag(OperationTrace.ResultTag, ServerMetrics.NameOf(verdict))
                .SetEndTime(clock.GetUtcNow().UtcDateTime);
        }
    }

    private Guid OperationOf(Delivery delivery, EntryBody? body) => body?.ContentCase switch
    {
        EntryBody.ContentOneofCase.Intent => OperationTrace.IdOf(body.Intent.OperationId.Span),
        EntryBody.ContentOneofCase.AccountOperation =>
            OperationTrace.IdOf(body.AccountOperation.Terms.OperationId.Span),
        EntryBody.ContentOneofCase.DayClose => OperationTrace.IdOf(body.DayClose.OperationId.Span),
        EntryBody.ContentOneofCase.Outcome => OperationOf(delivery.Terminal, body.Outcome.IntentSequence),
        EntryBody.ContentOneofCase.Failure => OperationOf(delivery.Terminal, body.Failure.IntentSequence),
        EntryBody.ContentOneofCase.Doubt => OperationOf(delivery.Terminal, body.Doubt.IntentSequence),
        EntryBody.ContentOneofCase.Settlement =>
            OperationOf(delivery.Terminal, body.Settlement.IntentSequence),
        EntryBody.ContentOneofCase.Abandonment =>
            OperationOf(delivery.Terminal, body.Abandonment.IntentSequence),
        _ => Guid.Empty,
    };

    // By what the terminal wrote down beforehand: it is in the book by now.
    private Guid OperationOf(uint terminal, uint intentSequence) =>
        database.Read(db => Intents.Find(db, new JournalPlace(terminal, intentSequence))) is { } intent
            ? OperationTrace.IdOf(JournalReading.IntentOf(intent.Body).OperationId.Span)
            : Guid.Empty;
}
