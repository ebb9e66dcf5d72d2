using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Audit;

/// <summary>
/// Who has changed what, when and why: written in the transaction that makes the change, so that none is
/// without its line, and chained, so that none is changed or taken out later without being found.
/// </summary>
internal static class AuditLog
{
    private const string Columns = "number, at_us, done_by, action, subject, detail, chain_hash";
    private const int EntriesAtOnce = 1_000;

    /// <summary>Writes one change down.</summary>
    /// <param name="db">The transaction that makes the change.</param>
    /// <param name="atUs">When, microseconds since 1970.</param>
    /// <param name="by">Who.</param>
    /// <param name="action">One of <see cref="AuditAction"/>.</param>
    /// <param name="subject">What was changed, as kind:number.</param>
    /// <param name="detail">JSON, or empty.</param>
    public static void Write(
        DbSession db, long atUs, string by, string action, string subject, string detail = "")
    {
        var newest = Newest(db);
        var entry = new AuditEntry
        {
            Number = newest.Number + 1,
            AtUs = atUs,
            DoneBy = by,
            Action = action,
            Subject = subject,
            Detail = detail,
        };
        db.Run(
            $"""
            INSERT INTO audit_entry ({Columns})
            VALUES (@Number, @AtUs, @DoneBy, @Action, @Subject, @Detail, @hash)
            """,
            new
            {
                entry.Number,
                entry.AtUs,
                entry.DoneBy,
                entry.Action,
                entry.Subject,
                entry.Detail,
                hash = entry.HashAfter(newest.ChainHash),
            });
    }

    /// <summary>Changes, newest first.</summary>
    /// <param name="db">The book.</param>
    /// <param name="subject">Only of this; null for all.</param>
    /// <param name="skip">So many newer ones are passed over.</param>
    /// <param name="take">At most.</param>
    public static IReadOnlyList<AuditEntry> List(DbSession db, string? subject, int skip, int take) =>
        Find(db, new AuditFilter { Subject = subject }, skip, take);

    /// <inheritdoc cref="List"/>
    /// <param name="db">The book.</param>
    /// <param name="filter">Only these.</param>
    /// <param name="skip">So many newer ones are passed over.</param>
    /// <param name="take">At most.</param>
    public static IReadOnlyList<AuditEntry> Find(DbSession db, AuditFilter filter, int skip, int take) =>
        db.List<AuditEntry>(
            $"""
            SELECT {Columns} FROM audit_entry {filter.Where}
            ORDER BY number DESC LIMIT @take OFFSET @skip
            """,
            new { filter.Subject, filter.By, filter.Action, skip, take });

    /// <summary>How many changes there are, as <see cref="Page.Count"/> counts.</summary>
    public static long Count(DbSession db, AuditFilter filter) =>
        Page.Count(db, $"FROM audit_entry {filter.Where}", filter);

    /// <summary>The number of the first entry that is not as it was written; null where all are. Entries cut
    /// off at the end are not missed: who keeps <see cref="Newest"/> elsewhere finds that out.</summary>
    public static long? FirstFault(DbSession db)
    {
        var hash = AuditHead.None.ChainHash;
        for (var next = 1L; EntriesFrom(db, next) is { Count: > 0 } kept; next += kept.Count)
        {
            foreach (var (entry, number) in kept.Select((entry, index) => (entry, next + index)))
            {
                hash = entry.HashAfter(hash);
                if (entry.Number != number || !hash.AsSpan().SequenceEqual(entry.ChainHash))
                    return number;
            }
        }

        return null;
    }

    /// <summary>The end of the log.</summary>
    public static AuditHead Newest(DbSession db) =>
        db.Find<AuditHead>("SELECT number, chain_hash FROM audit_entry ORDER BY number DESC LIMIT 1")
        ?? AuditHead.None;

    private static IReadOnlyList<AuditEntry> EntriesFrom(DbSession db, long from) =>
        db.List<AuditEntry>(
            $"""
            SELECT {Columns} FROM audit_entry WHERE number >= @from ORDER BY number LIMIT @EntriesAtOnce
            """,
            new { from, EntriesAtOnce });
}

/// <summary>Which changes a list shows; null is all.</summary>
internal sealed record AuditFilter
{
    /// <summary>What was changed, as kind:number.</summary>
    public string? Subject { get; init; }

    /// <summary>Who did it.</summary>
    public string? By { get; init; }

    /// <summary>One of <see cref="AuditAction"/>.</summary>
    public string? Action { get; init; }

    /// <summary>The condition in SQL, whose values this record has.</summary>
    public string Where
    {
        get
        {
            string?[] conditions =
            [
                Subject is null ? null : "subject = @Subject",
                By is null ? null : "done_by = @By",
                Action is null ? null : "action = @Action",
            ];
            var asked = conditions.OfType<string>().ToList();
            return asked.Count == 0 ? "" : "WHERE " + string.Join(" AND ", asked);
        }
    }
}

/// <summary>Where an audit log ends.</summary>
internal sealed record AuditHead
{
    public static readonly AuditHead None = new();

    public long Number { get; init; }

    /// <summary>32 bytes.</summary>
    public byte[] ChainHash { get; init; } = new byte[32];
}
