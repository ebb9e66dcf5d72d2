using SmartCardCrm.Server.Ledger;

namespace SmartCardCrm.Server.Reconciliation;

/// <summary>What an exception is about.</summary>
/// <param name="Name">The same difference always has the same name, so it is one row however often it is
/// met.</param>
/// <param name="Cause">One of <see cref="Reconciliation.Cause"/>.</param>
/// <param name="Detail">A stable code, or for a gap the missing counters.</param>
internal sealed record Difference(string Name, string Cause, string Detail)
{
    public JournalPlace? Place { get; init; }

    /// <summary>14 hex digits.</summary>
    public string? Uid { get; init; }
    public long? Generation { get; init; }
    public long? Counter { get; init; }

    /// <summary>What the terminal sent, where it is kept nowhere else.</summary>
    public ReadOnlyMemory<byte> Evidence { get; init; }

    /// <summary>A difference over one journal entry.</summary>
    public static Difference Over(JournalPlace place, string cause, string detail) =>
        new(NameOver(place, cause), cause, detail) { Place = place };

    /// <summary>The name of a difference over one journal entry.</summary>
    public static string NameOver(JournalPlace place, string cause) => $"{cause}:{place}";
}

/// <summary>Opens and closes exceptions. The row of a closed one stays; one that comes back is open
/// again.</summary>
internal static class ExceptionBook
{
    // The data would close it, or a person has and the data may still have its say.
    private const string IsUnhealed = "(closed_us IS NULL OR resolved_by IS NOT NULL)";

    // What a person has closed stays so while it is met again as it was.
    private const string StaysClosed =
        """
        book_exception.resolved_by IS NOT NULL AND book_exception.detail = excluded.detail
            AND book_exception.evidence IS NOT DISTINCT FROM excluded.evidence
        """;

    public static void Open(OpenBook book, Difference difference) =>
        book.Db.Run(
            $"""
            INSERT INTO book_exception
                (id, name, cause, terminal, sequence, uid, generation, counter, detail, evidence, opened_us)
            SELECT COALESCE(MAX(id), 0) + 1, @Name, @Cause, @Terminal, @Sequence, @Uid, @Generation, @Counter,
                @Detail, @Evidence, @NowUs
            FROM book_exception WHERE true
            ON CONFLICT (name) DO UPDATE SET
                cause = excluded.cause,
                detail = excluded.detail,
                evidence = excluded.evidence,
                terminal = COALESCE(excluded.terminal, book_exception.terminal),
                sequence = COALESCE(excluded.sequence, book_exception.sequence),
                closed_us = CASE WHEN {StaysClosed} THEN book_exception.closed_us END,
                resolution = CASE WHEN {StaysClosed} THEN book_exception.resolution END,
                resolved_by = CASE WHEN {StaysClosed} THEN book_exception.resolved_by END
            """,
            new
            {
                difference.Name,
                difference.Cause,
                difference.Place?.Terminal,
                difference.Place?.Sequence,
                difference.Uid,
                difference.Generation,
                difference.Counter,
                difference.Detail,
                Evidence = difference.Evidence.IsEmpty ? null : difference.Evidence.ToArray(),
                book.NowUs,
            });

    /// <summary>The data closes it, where it is open or a person has closed it.</summary>
    /// <param name="book">The open book.</param>
    /// <param name="name">The difference's name.</param>
    /// <param name="resolution">A stable code for what closed it.</param>
    public static void Close(OpenBook book, string name, string resolution)
    {
        foreach (var healed in book.Db.List<HealedRow>(
            $"""
            UPDATE book_exception SET closed_us = @NowUs, resolution = @resolution, resolved_by = NULL
            WHERE name = @name AND {IsUnhealed}
            RETURNING id, terminal, sequence, uid, generation, counter
            """,
            new { name, resolution, book.NowUs }))
        {
            Outdate(book, healed);
        }
    }

    /// <summary>A person closes it.</summary>
    /// <param name="book">The open book.</param>
    /// <param name="id">An open exception.</param>
    /// <param name="reason">One of <see cref="ResolutionReason"/>.</param>
    /// <param name="by">Who.</param>
    public static void CloseByHand(OpenBook book, long id, string reason, string by) =>
        book.Db.Run(
            """
            UPDATE book_exception SET closed_us = @NowUs, resolution = @reason, resolved_by = @by
            WHERE id = @id
            """,
            new { id, reason, by, book.NowUs });

    /// <summary>Names of a card's exceptions of one cause that no data has closed.</summary>
    public static IReadOnlyList<string> UnhealedOf(
        OpenBook book, string uid, long generation, string cause) =>
        book.Db.List<string>(
            $"""
            SELECT name FROM book_exception
            WHERE uid = @uid AND generation = @generation AND cause = @cause AND {IsUnhealed}
            """,
            new { uid, generation, cause });

    // What people wanted before the data had its say: what waits is void, and points that were moved are now
    // on the card twice.
    private static void Outdate(OpenBook book, HealedRow healed)
    {
        book.Db.Run(
            $"""
            UPDATE exception_resolution SET state = '{ResolutionState.Void}'
            WHERE exception = @Id AND state = '{ResolutionState.Waiting}'
            """,
            healed);
        var moved = book.Db.Value<long>(
            $"""
            SELECT CAST(COALESCE(SUM(points), 0) AS bigint) FROM exception_resolution
            WHERE exception = @Id AND state = '{ResolutionState.Done}'
            """,
            healed);
        if (moved == 0)
            return;
        Open(book, new Difference($"{Cause.SettledTwice}:{healed.Id}", Cause.SettledTwice, "came-after-all")
        {
            Place = healed is { Terminal: { } terminal, Sequence: { } sequence }
                ? new JournalPlace(terminal, sequence)
                : null,
            Uid = healed.Uid,
            Generation = healed.Generation,
            Counter = healed.Counter,
        });
    }

    private sealed record HealedRow
    {
        public long Id { get; init; }
        public long? Terminal { get; init; }
        public long? Sequence { get; init; }
        public string? Uid { get; init; }
        public long? Generation { get; init; }
        public long? Counter { get; init; }
    }
}
