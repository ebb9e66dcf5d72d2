using SQLite;

namespace SmartCardCrm.Terminal;

/// <summary>The tables, as numbered steps; <c>user_version</c> counts those already taken.</summary>
internal static class DatabaseSchema
{
    private static readonly string[][] Steps =
    [
        [
            """
            CREATE TABLE entry(
                sequence INTEGER PRIMARY KEY, kind INTEGER NOT NULL, operation BLOB, closes INTEGER,
                body BLOB NOT NULL, chain_hash BLOB NOT NULL)
            """,
            "CREATE INDEX entry_operation ON entry(operation) WHERE operation IS NOT NULL",
            "CREATE INDEX entry_closes ON entry(closes) WHERE closes IS NOT NULL",
            "CREATE TABLE cursor(name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID",
            "INSERT INTO cursor VALUES ('acknowledged', 0), ('feed', 0), ('first_writes', 0)",
            """
            CREATE TABLE checkout(
                id TEXT PRIMARY KEY, idempotency_key TEXT NOT NULL UNIQUE, is_over INTEGER NOT NULL,
                document TEXT NOT NULL)
            """,
            "CREATE INDEX checkout_open ON checkout(is_over) WHERE is_over = 0",
            "CREATE TABLE rule_set(version INTEGER PRIMARY KEY, document BLOB NOT NULL)",
            "CREATE TABLE card(uid TEXT PRIMARY KEY, item BLOB NOT NULL)",
            """
            CREATE TABLE card_action(
                uid TEXT, generation INTEGER, number INTEGER, points INTEGER NOT NULL,
                PRIMARY KEY(uid, generation, number)) WITHOUT ROWID
            """,
            "CREATE TABLE doubt_closed(intent_sequence INTEGER PRIMARY KEY, happened INTEGER NOT NULL)",
        ],
        [
            "ALTER TABLE entry ADD COLUMN undoes BLOB",
            "CREATE INDEX entry_undoes ON entry(undoes) WHERE undoes IS NOT NULL",
            "CREATE TABLE limits(version INTEGER PRIMARY KEY, document BLOB NOT NULL)",
            "INSERT INTO cursor VALUES ('feed_as_of_us', 0)",
        ],
        [
            "ALTER TABLE rule_set ADD COLUMN signature BLOB",
            "ALTER TABLE limits ADD COLUMN signature BLOB",
            "CREATE TABLE day_countersigned(number INTEGER PRIMARY KEY, signature BLOB NOT NULL)",
        ],
        [
            "CREATE TABLE hotlist(state INTEGER NOT NULL, pages INTEGER NOT NULL)",
            "INSERT INTO hotlist VALUES (1, 0)",
            "CREATE TABLE hotlist_page(number INTEGER PRIMARY KEY, page BLOB NOT NULL)",
            """
            CREATE TABLE hotlist_change(
                number INTEGER PRIMARY KEY, change INTEGER NOT NULL, checksum INTEGER NOT NULL)
            """,
            // What a release that knew no hotlist has read of the feed, it has read without the hotlist.
            "UPDATE cursor SET position = 0 WHERE name = 'feed'",
        ],
        [
            // The end of what was dropped, from which the chain goes on.
            "CREATE TABLE journal_base(sequence INTEGER NOT NULL, chain_hash BLOB NOT NULL)",
            "INSERT INTO journal_base VALUES (0, zeroblob(32))",
            // Days since 1970, and what headquarters had, and how many checkouts had begun, on each.
            """
            CREATE TABLE acknowledged_day(
                day INTEGER PRIMARY KEY, through INTEGER NOT NULL, checkouts INTEGER NOT NULL)
            """,
            """
            CREATE TABLE new_checkout(
                number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, idempotency_key BLOB NOT NULL UNIQUE,
                is_over INTEGER NOT NULL, document BLOB NOT NULL)
            """,
            """
            INSERT INTO new_checkout(id, idempotency_key, is_over, document)
            SELECT unhex(id, '-'), idempotency_key, is_over, document FROM checkout ORDER BY id
            """,
            "DROP TABLE checkout",
            "ALTER TABLE new_checkout RENAME TO checkout",
            "CREATE INDEX checkout_open ON checkout(is_over) WHERE is_over = 0",
        ],
        SealedRows.Tables,
        [
            // Pages that nothing uses any more still have what was in them before it was sealed.
            "VACUUM",
        ],
        [
            "ALTER TABLE card_action ADD COLUMN tier INTEGER",
            // A release that knew no tiers has read card actions without theirs.
            "UPDATE cursor SET position = 0 WHERE name = 'feed'",
        ],
        [
            // The version that the list has, and whether headquarters has signed it; it was not so far.
            "ALTER TABLE hotlist ADD COLUMN version INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE hotlist ADD COLUMN is_signed INTEGER NOT NULL DEFAULT 0",
        ],
        [
            // What headquarters has told of its audit log: one row at most.
            "CREATE TABLE audit_head(number INTEGER NOT NULL, hash BLOB NOT NULL, restored INTEGER NOT NULL)",
        ],
        [
            "ALTER TABLE card_action ADD COLUMN blocks INTEGER",
            "ALTER TABLE card_action ADD COLUMN file BLOB",
            // A release that knew neither has read card actions without them.
            "UPDATE cursor SET position = 0 WHERE name = 'feed'",
        ],
    ];

    private const int Unsealed = 5;
    private const int Swept = 6;

    /// <summary>What <c>user_version</c> is in a database of this release.</summary>
    public static int Newest => Steps.Length;

    /// <summary>Whether something may lie in a database that only its key can read.</summary>
    /// <param name="path">There may be no such file.</param>
    /// <exception cref="JournalFailedException">It cannot be read.</exception>
    public static bool IsSealed(string path)
    {
        if (!File.Exists(path))
            return false;
        try
        {
            using var connection = PreparedConnection.ToRead(path, seal: null);
            return connection.Number("PRAGMA user_version") > Unsealed;
        }
        catch (SQLiteException wrong)
        {
            throw new JournalFailedException("The journal's database cannot be opened.", wrong);
        }
    }

    /// <exception cref="JournalFailedException">A newer release made the database, or none did.</exception>
    public static void Prepare(PreparedConnection connection)
    {
        var taken = connection.Number("PRAGMA user_version");
        if (taken < 0 || taken > Steps.Length)
            throw new JournalFailedException(
                $"The database is of schema {taken}; this release knows {Steps.Length}.");

        for (var step = (int)taken; step < Steps.Length; step++)
        {
            if (step == Swept)
                Sweep(connection, isNew: taken == 0);
            else
                Take(connection, step);
        }
    }

    private static void Take(PreparedConnection connection, int step) => connection.InTransaction(() =>
    {
        foreach (var statement in Steps[step])
            connection.Run(statement);
        if (step == Unsealed)
            SealedRows.Convert(connection);
        connection.Run($"PRAGMA user_version = {step + 1}");
    });

    // It cannot be undone, and need not be: done again, it does the same.
    private static void Sweep(PreparedConnection connection, bool isNew)
    {
        if (!isNew)
        {
            foreach (var statement in Steps[Swept])
                connection.Run(statement);
            connection.Number("PRAGMA wal_checkpoint(TRUNCATE)");
        }

        connection.Run($"PRAGMA user_version = {Swept + 1}");
    }
}
