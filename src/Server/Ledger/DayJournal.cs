using Google.Protobuf;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Ledger;

/// <summary>What headquarters' own copy of a terminal's journal says happened on one day.</summary>
internal static class DayJournal
{
    /// <summary>Adds up the entries that a day's totals speak of.</summary>
    public static IReadOnlyList<DayTotal> Totals(DbSession db, DayTotals day)
    {
        var happened = new List<Intent?>();
        foreach (var entry in Entries(db, day))
        {
            if (entry.AccountOperation?.Terms is { } terms)
                happened.Add(terms);
            else if (entry.Outcome is { } outcome)
                happened.Add(Meant(db, day.Terminal, outcome.IntentSequence));
            else if (entry.Settlement is { Happened: true } settlement)
                happened.Add(Meant(db, day.Terminal, settlement.IntentSequence));
        }

        var counted = day.ToldByHeadquarters.Count == 0 ? [] : ToldBefore(db, day.Terminal);
        happened.AddRange(day.ToldByHeadquarters.Where(counted.Add)
            .Select(sequence => Told(db, day.Terminal, sequence)));
        return DayTotal.Of(happened.OfType<Intent>().Select(JournalReading.DayOperationOf));
    }

    // What is not readable is parked as that, and says nothing of what happened.
    private static IEnumerable<EntryBody> Entries(DbSession db, DayTotals day) => db.List<TakenEntry>(
        """
        SELECT terminal, sequence, body FROM journal_entry
        WHERE terminal = @Terminal AND sequence BETWEEN @First AND @Last ORDER BY sequence
        """,
        new
        {
            Terminal = (long)day.Terminal,
            First = (long)day.FirstSequence,
            Last = (long)day.LastSequence,
        })
        .Select(taken => JournalReading.TryRead(new JournalEntry
        {
            Sequence = (uint)taken.Sequence,
            Body = UnsafeByteOperations.UnsafeWrap(taken.Body),
        })).OfType<EntryBody>();

    // Null where the till went on without it.
    private static Intent? Meant(DbSession db, uint terminal, uint sequence) =>
        Find(db, terminal, sequence) is { } row && !row.Abandoned ? JournalReading.IntentOf(row.Body) : null;

    // Null where the terminal found out itself.
    private static Intent? Told(DbSession db, uint terminal, uint sequence) =>
        Find(db, terminal, sequence) is { Doubted: true, Settled: false } row && !row.Abandoned
            ? JournalReading.IntentOf(row.Body)
            : null;

    private static HashSet<uint> ToldBefore(DbSession db, uint terminal) =>
    [
        .. db.List<byte[]>(
            "SELECT totals FROM day_close WHERE terminal = @terminal", new { terminal = (long)terminal })
            .SelectMany(totals => DayTotals.Parser.ParseFrom(totals).ToldByHeadquarters),
    ];

    private static IntentRow? Find(DbSession db, uint terminal, uint sequence) =>
        Intents.Find(db, new JournalPlace(terminal, sequence));
}
