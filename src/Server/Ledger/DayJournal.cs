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
        var entries = db.List<byte[]>(
            """
            SELECT body FROM journal_entry
            WHERE terminal = @Terminal AND sequence BETWEEN @First AND @Last ORDER BY sequence
            """,
            new
            {
                Terminal = (long)day.Terminal,
                First = (long)day.FirstSequence,
                Last = (long)day.LastSequence,
            });
        var happened = new List<Intent?>();
        foreach (var entry in entries.Select(body => EntryBody.Parser.ParseFrom(body)))
        {
            if (entry.AccountOperation?.Terms is { } terms)
                happened.Add(terms);
            else if (entry.Outcome is { } outcome)
                happened.Add(Meant(db, day.Terminal, outcome.IntentSequence));
            else if (entry.Settlement is { Happened: true } settlement)
                happened.Add(Meant(db, day.Terminal, settlement.IntentSequence));
        }

        happened.AddRange(day.ToldByHeadquarters.Select(sequence => Told(db, day.Terminal, sequence)));
        return DayTotal.Of(happened.OfType<Intent>().Select(JournalReading.DayOperationOf));
    }

    // Null where the till went on without it.
    private static Intent? Meant(DbSession db, uint terminal, uint sequence) =>
        Find(db, terminal, sequence) is { } row && !row.Abandoned ? JournalReading.IntentOf(row.Body) : null;

    // The terminal did not find out itself, and no earlier day has counted it.
    private static Intent? Told(DbSession db, uint terminal, uint sequence) =>
        Find(db, terminal, sequence) is { Doubted: true, Settled: false } row
            && !row.Abandoned && !WasTold(db, terminal, sequence)
                ? JournalReading.IntentOf(row.Body)
                : null;

    private static bool WasTold(DbSession db, uint terminal, uint sequence) =>
        db.List<byte[]>(
            "SELECT totals FROM day_close WHERE terminal = @terminal", new { terminal = (long)terminal })
            .Any(totals => DayTotals.Parser.ParseFrom(totals).ToldByHeadquarters.Contains(sequence));

    private static IntentRow? Find(DbSession db, uint terminal, uint sequence) =>
        Intents.Find(db, new JournalPlace(terminal, sequence));
}
