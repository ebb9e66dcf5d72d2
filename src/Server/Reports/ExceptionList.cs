using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Reports;

/// <summary>A difference between card, terminal and ledger, as people read it.</summary>
internal sealed record ExceptionRow
{
    public long Id { get; init; }

    /// <summary>One of <see cref="Reconciliation.Cause"/>.</summary>
    public string Cause { get; init; } = "";

    /// <summary>A stable code, or for a gap the missing counters.</summary>
    public string Detail { get; init; } = "";
    public long? Terminal { get; init; }
    public long? Sequence { get; init; }

    /// <summary>Null where no card is named, or headquarters does not know it.</summary>
    public long? CardNumber { get; init; }

    /// <summary>Last four digits of the UID, or null.</summary>
    public string? UidEnd { get; init; }
    public long? Counter { get; init; }
    public long OpenedUs { get; init; }
    public long? ClosedUs { get; init; }

    /// <summary>A stable code for what closed it, or null while it is open.</summary>
    public string? Resolution { get; init; }

    /// <summary>Who looks into it; null where nobody does.</summary>
    public string? Owner { get; init; }

    /// <summary>Who closed it by hand; null where the data did.</summary>
    public string? ResolvedBy { get; init; }

    /// <summary>A resolution waits for a second person.</summary>
    public bool Waits { get; init; }
}

/// <summary>All that people have done about one exception.</summary>
/// <param name="Reasons">For which it may be closed by hand; none where only the data may.</param>
internal sealed record ExceptionStory(
    ExceptionRow Exception, IReadOnlyList<ExceptionNote> Notes, IReadOnlyList<Resolution> Resolutions,
    IReadOnlyList<string> Reasons);

/// <summary>Which exceptions a list shows; null is all.</summary>
internal sealed record ExceptionFilter
{
    /// <summary>Leaves out what has healed.</summary>
    public bool OpenOnly { get; init; }
    public string? Cause { get; init; }

    /// <summary>Card number.</summary>
    public long? Card { get; init; }

    /// <summary>Terminal number.</summary>
    public long? Terminal { get; init; }

    /// <summary>Whose they are; empty for nobody's.</summary>
    public string? Owner { get; init; }

    /// <summary>Of this store's terminals.</summary>
    public long? Store { get; init; }

    /// <summary>Opened before this instant.</summary>
    public long? OpenedBeforeUs { get; init; }

    /// <summary>Only of terminals in these stores.</summary>
    public StoreScope? Within { get; init; }
}

/// <summary>Reads exceptions.</summary>
internal sealed class ExceptionList(Database database)
{
    private const string Columns =
        """
        e.id, e.cause, e.detail, e.terminal, e.sequence, c.number AS card_number,
        SUBSTR(e.uid, 11) AS uid_end, e.counter, e.opened_us, e.closed_us, e.resolution, e.owner,
        e.resolved_by, CASE WHEN EXISTS (SELECT 1 FROM exception_resolution r
            WHERE r.exception = e.id AND r.state = 'waiting') THEN 1 ELSE 0 END AS waits
        """;

    // An exception that names no generation belongs to the newest.
    private const string Source =
        """
        FROM book_exception e LEFT JOIN card c ON c.uid = e.uid AND c.generation =
            CASE WHEN e.generation > 0 THEN e.generation
            ELSE (SELECT MAX(generation) FROM card WHERE uid = e.uid) END
        """;

    /// <summary>A page of exceptions, newest first.</summary>
    public Page<ExceptionRow> Newest(ExceptionFilter filter, int skip, int take)
    {
        var where = Where(filter);
        var parameters = new
        {
            filter.Cause,
            filter.Card,
            filter.Terminal,
            filter.Owner,
            filter.Store,
            filter.OpenedBeforeUs,
            skip,
            take,
        };
        return database.Read(db => new Page<ExceptionRow>(
            db.List<ExceptionRow>(
                $"""
                SELECT {Columns} {Source} {where}
                ORDER BY e.opened_us DESC, e.id DESC LIMIT @take OFFSET @skip
                """,
                parameters),
            Page.Count(
                db, $"{(filter.Card is null ? "FROM book_exception e" : Source)} {where}", parameters)));
    }

    /// <summary>One exception; null where there is none.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="within">Only of terminals in these stores; null for all.</param>
    public ExceptionStory? Find(long id, StoreScope? within = null) => database.Read(db =>
        db.Find<ExceptionRow>(
            $"SELECT {Columns} {Source} WHERE e.id = @id AND {OfTerminals(within) ?? "1 = 1"}",
            new { id }) is { } row
            ? new ExceptionStory(
                row,
                db.List<ExceptionNote>(
                    """
                    SELECT note, written_by, written_us FROM exception_note
                    WHERE exception = @id ORDER BY number
                    """,
                    new { id }),
                db.List<Resolution>(
                    """
                    SELECT number, reason, points, state, asked_by, asked_us, decided_by, decided_us,
                        card_action
                    FROM exception_resolution WHERE exception = @id ORDER BY number
                    """,
                    new { id }),
                row.ClosedUs is null ? ResolutionReason.For(row.Cause) : [])
            : null);

    private static string Where(ExceptionFilter filter)
    {
        string?[] conditions =
        [
            filter.OpenOnly ? "e.closed_us IS NULL" : null,
            filter.Cause is null ? null : "e.cause = @Cause",
            filter.Card is null ? null : "c.number = @Card",
            filter.Terminal is null ? null : "e.terminal = @Terminal",
            filter.Owner is null ? null : "COALESCE(e.owner, '') = @Owner",
            filter.Store is null ? null : "e.terminal IN (SELECT number FROM terminal WHERE store = @Store)",
            filter.OpenedBeforeUs is null ? null : "e.opened_us < @OpenedBeforeUs",
            OfTerminals(filter.Within),
        ];
        var asked = conditions.OfType<string>().ToList();
        return asked.Count == 0 ? "" : "WHERE " + string.Join(" AND ", asked);
    }

    private static string? OfTerminals(StoreScope? stores) =>
        stores?.Condition("store") is { } condition
            ? $"e.terminal IN (SELECT number FROM terminal WHERE {condition})"
            : null;
}
