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
}

/// <summary>Which exceptions a list shows; null is all.</summary>
internal sealed record ExceptionFilter
{
    /// <summary>Leaves out what has healed.</summary>
    public bool OpenOnly { get; init; }
    public string? Cause { get; init; }

    /// <summary>Card number.</summary>
    public long? Card { get; init; }
}

/// <summary>Reads exceptions.</summary>
internal sealed class ExceptionList(Database database)
{
    private const string Columns =
        """
        e.id, e.cause, e.detail, e.terminal, e.sequence, c.number AS card_number,
        SUBSTR(e.uid, 11) AS uid_end, e.counter, e.opened_us, e.closed_us, e.resolution
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
        var parameters = new { filter.Cause, filter.Card, skip, take };
        return database.Read(db => new Page<ExceptionRow>(
            db.List<ExceptionRow>(
                $"""
                SELECT {Columns} {Source} {where}
                ORDER BY e.opened_us DESC, e.id DESC LIMIT @take OFFSET @skip
                """,
                parameters),
            db.Value<long>($"SELECT COUNT(*) {Source} {where}", parameters)));
    }

    private static string Where(ExceptionFilter filter)
    {
        string?[] conditions =
        [
            filter.OpenOnly ? "e.closed_us IS NULL" : null,
            filter.Cause is null ? null : "e.cause = @Cause",
            filter.Card is null ? null : "c.number = @Card",
        ];
        var asked = conditions.OfType<string>().ToList();
        return asked.Count == 0 ? "" : "WHERE " + string.Join(" AND ", asked);
    }
}
