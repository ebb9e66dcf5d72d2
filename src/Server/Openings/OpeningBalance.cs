using System.Globalization;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Openings;

/// <summary>Points that a member has brought along, in the book.</summary>
internal sealed record OpeningBalance
{
    // No terminal has this number.
    private const long Journal = -1;

    private const string Columns =
        "number, batch, reference, member, points, active_on, expires_on, loaded_us, undone_us";

    /// <summary>Those that are not undone; conditions may follow.</summary>
    public const string Standing = $"SELECT {Columns} FROM opening_balance WHERE undone_us IS NULL";

    public long Number { get; init; }
    public string Batch { get; init; } = "";
    public string Reference { get; init; } = "";
    public long Member { get; init; }
    public long Points { get; init; }

    /// <summary>yyyy-MM-dd.</summary>
    public string ActiveOn { get; init; } = "";

    /// <summary>yyyy-MM-dd; null for never.</summary>
    public string? ExpiresOn { get; init; }
    public long LoadedUs { get; init; }
    public long? UndoneUs { get; init; }

    /// <summary>Where its postings stand.</summary>
    public JournalPlace Place => new(Journal, Number);

    public static OpeningBalance? Find(DbSession db, string batch, string reference) =>
        db.Find<OpeningBalance>(
            $"SELECT {Columns} FROM opening_balance WHERE batch = @batch AND reference = @reference",
            new { batch, reference });

    /// <summary>A batch's that are not undone, in order.</summary>
    /// <param name="after">Those with a higher number.</param>
    public static IReadOnlyList<OpeningBalance> OfBatch(DbSession db, string batch, long after, int most) =>
        db.List<OpeningBalance>(
            $"""
            SELECT {Columns} FROM opening_balance
            WHERE batch = @batch AND undone_us IS NULL AND number > @after ORDER BY number LIMIT @most
            """,
            new { batch, after, most });

    /// <summary>Whether any of them will expire, whatever the rules say.</summary>
    public static bool AnyExpires(DbSession db) => db.Value<long>(
        """
        SELECT COUNT(*) FROM (
            SELECT 1 AS one FROM opening_balance WHERE expires_on IS NOT NULL LIMIT 1) AS any_of_them
        """) > 0;

    /// <summary>What the member was given, as his lots see it, with the instant.</summary>
    /// <param name="today">No day is later.</param>
    public (PointsMove Move, long AtUs) MoveAt(DateOnly today)
    {
        var active = DayOf(ActiveOn);
        var day = active < today ? active : today;
        DateOnly? expires = ExpiresOn is { } text ? DayOf(text) : null;
        return (new PointsMove.Given(day, Place.Number, Points, day, expires), LoadedUs);
    }

    private static DateOnly DayOf(string text) =>
        DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
