namespace SmartCardCrm.World;

/// <summary>Mistakes in a terminal's journal, its replica and its end of sync.</summary>
internal static class TerminalBugs
{
    private const string Journal = "src/Terminal/Journal/Journal.cs";
    private const string Days = "src/Terminal/Days/DayBook.cs";
    private const string Database = "src/Terminal/Journal/TerminalDatabase.cs";
    private const string Replica = "src/Terminal/Replica/Replica.cs";
    private const string Records = "src/Terminal/Checkout/TerminalRecords.cs";
    private const string Sync = "src/Terminal/Sync/SyncMachine.cs";

    public static IReadOnlyList<PlantedBug> All { get; } =
    [
        new("day-counts-twice", "A day counts what the day before has counted.",
            Days, "(newest + 1, closing + 1)", "(newest + 1, $bug ? 1u : closing + 1)", 8),
        new("sale-of-elsewhere-by-newest-rules",
            "What another terminal sold is undone by the rules in force.",
            Records, "SoldSale.Told(told, Replica.FindRules, Terminal)",
            "SoldSale.Told(told, version => $bug ? Replica.Current : Replica.FindRules(version), Terminal)",
            20),
        new("intent-not-synced", "The card is touched before the intent is on disk.",
            Journal, "var head = _head.Next(body);",
            """
            var head = _head.Next(body);
            if ($bug && entry.Intent is not null)
            {
                _database.Lazily(c => JournalRows.Insert(c, head, entry, body));
                _head = head;
                Follow(head.Sequence, entry);
                return;
            }
            """, 8),
        new("outcome-not-synced", "The till is told before the outcome is on disk.",
            Journal, "_database.Durably(c => JournalRows.Insert(c, head, entry, body));",
            """
            if ($bug && entry.Outcome is not null)
                _database.Lazily(c => JournalRows.Insert(c, head, entry, body));
            else
                _database.Durably(c => JournalRows.Insert(c, head, entry, body));
            """, 8),
        new("crash-taken-for-failure", "An intent that a crash left open did not happen.",
            Journal, "journal.Append(new EntryBody { Doubt = new Doubt { IntentSequence = sequence } });",
            """
            journal.Append($bug
                ? Entries.Failure(sequence, RetryCode.Restarted)
                : new EntryBody { Doubt = new Doubt { IntentSequence = sequence } });
            """, 8),
        new("journal-synchronous-normal", "The journal's commits do not wait for the disk.",
            Database, """Demand(durable, "FULL", 2);""",
            """Demand(durable, $bug ? "NORMAL" : "FULL", $bug ? 1 : 2);""", 8),
        new("lazy-writes-synced", "What could wait for the next commit is synced by itself.",
            Database, "Guarded(_lazy, connection =>", "Guarded($bug ? _durable : _lazy, connection =>", 1),
        new("oldest-rules-in-force", "A terminal sells by the first rules that it was ever sent.",
            Replica, "public RuleSet? Current => _current;",
            """
            public RuleSet? Current => $bug
                ? _database.Read(c => c.Rows(
                    "SELECT document, signature FROM rule_set ORDER BY version LIMIT 1", Signed)
                    .OfType<byte[]>().Select(document => RuleSet.FromDocument(document)).FirstOrDefault())
                : _current;
            """, 8),
        new("resume-after-head", "What was written while the network was away is never sent.",
            Sync, "(_sent, _acknowledged) = (durable, durable);",
            "(_sent, _acknowledged) = ($bug ? outbox.Head : durable, durable);", 3),
    ];
}
