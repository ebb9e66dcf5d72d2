using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Reports;

/// <summary>Something that waits for a second person.</summary>
internal sealed record Approval
{
    /// <summary><see cref="ApprovalKind"/>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The adjustment's number, or the exception's.</summary>
    public long Number { get; init; }

    /// <summary>Whose points move; null where no card is named.</summary>
    public long? Member { get; init; }
    public long? Card { get; init; }
    public long Points { get; init; }

    /// <summary>A stable code of its kind.</summary>
    public string Reason { get; init; } = "";
    public string AskedBy { get; init; } = "";
    public long AskedUs { get; init; }
}

/// <summary>What waits: stable codes.</summary>
internal static class ApprovalKind
{
    public const string Adjustment = "adjustment";
    public const string Exception = "exception";
}

/// <summary>Reads what waits for a second person, of all kinds.</summary>
internal sealed class ApprovalList(Database database)
{
    /// <summary>A page of it, what waits longest first.</summary>
    /// <param name="within">Exceptions only of terminals in these stores. A member is every store's.</param>
    /// <param name="skip">So many are passed over.</param>
    /// <param name="take">At most.</param>
    public Page<Approval> Waiting(StoreScope within, int skip, int take)
    {
        var terminals = within.Condition("store") is { } condition
            ? $"AND e.terminal IN (SELECT number FROM terminal WHERE {condition})"
            : "";
        var all =
            $"""
            (SELECT '{ApprovalKind.Adjustment}' AS kind, number, member, card, points, reason, asked_by,
                asked_us
            FROM member_adjustment WHERE state = 'waiting'
            UNION ALL
            SELECT '{ApprovalKind.Exception}', e.id, c.member, c.number, r.points, r.reason, r.asked_by,
                r.asked_us
            FROM exception_resolution r JOIN book_exception e ON e.id = r.exception
            LEFT JOIN card c ON c.uid = e.uid AND c.generation =
                CASE WHEN e.generation > 0 THEN e.generation
                ELSE (SELECT MAX(generation) FROM card WHERE uid = e.uid) END
            WHERE r.state = 'waiting' {terminals}) waiting
            """;
        return database.Read(db => new Page<Approval>(
            db.List<Approval>(
                $"SELECT * FROM {all} ORDER BY asked_us, kind, number LIMIT @take OFFSET @skip",
                new { skip, take }),
            db.Value<long>($"SELECT COUNT(*) FROM {all}")));
    }
}
