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
    public static void Open(OpenBook book, Difference difference) =>
        book.Db.Run(
            """
            INSERT INTO book_exception
                (id, name, cause, terminal, sequence, uid, generation, counter, detail, evidence, opened_us)
            SELECT COALESCE(MAX(id), 0) + 1, @Name, @Cause, @Terminal, @Sequence, @Uid, @Generation, @Counter,
                @Detail, @Evidence, @NowUs
            FROM book_exception WHERE true
            ON CONFLICT (name) DO UPDATE SET cause = excluded.cause, detail = excluded.detail,
                terminal = COALESCE(excluded.terminal, book_exception.terminal),
                sequence = COALESCE(excluded.sequence, book_exception.sequence),
                closed_us = NULL, resolution = NULL
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

    /// <summary>Closes it, where it is open.</summary>
    /// <param name="book">The open book.</param>
    /// <param name="name">The difference's name.</param>
    /// <param name="resolution">A stable code for what closed it.</param>
    public static void Close(OpenBook book, string name, string resolution) =>
        book.Db.Run(
            """
            UPDATE book_exception SET closed_us = @NowUs, resolution = @resolution
            WHERE name = @name AND closed_us IS NULL
            """,
            new { name, resolution, book.NowUs });

    /// <summary>Names of a card's open exceptions of one cause.</summary>
    public static IReadOnlyList<string> OpenOf(OpenBook book, string uid, long generation, string cause) =>
        book.Db.List<string>(
            """
            SELECT name FROM book_exception
            WHERE uid = @uid AND generation = @generation AND cause = @cause AND closed_us IS NULL
            """,
            new { uid, generation, cause });
}
