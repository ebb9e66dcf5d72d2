using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Ledger;

/// <summary>A month that is closed.</summary>
internal sealed record ClosedPeriod
{
    /// <summary>yyyy-MM.</summary>
    public string Month { get; init; } = "";

    /// <summary>Its last posting.</summary>
    public long Posting { get; init; }

    /// <summary>SHA-256 of the accountants' file, hexadecimal.</summary>
    public string Hash { get; init; } = "";
    public string ClosedBy { get; init; } = "";
    public long ClosedUs { get; init; }
}

/// <summary>
/// Closes months for the accountants. A month is a range of postings: those after the month before, up to its
/// end in UTC. What is reported late is posted later and belongs to the month in which it is posted, so that
/// the file of a closed month is the same whenever it is asked for.
/// </summary>
internal sealed class Periods(Database database, TimeProvider clock)
{
    private const int ByLengthMost = 64;

    /// <summary>All of them, the newest first.</summary>
    public IReadOnlyList<ClosedPeriod> All() => database.Read(db => db.List<ClosedPeriod>(
        "SELECT month, posting, hash, closed_by, closed_us FROM closed_period ORDER BY number DESC"));

    /// <summary>Closes the month after the last one that is closed; the first may be any.</summary>
    /// <param name="month">yyyy-MM.</param>
    /// <param name="by">Who closes it.</param>
    /// <returns>Null where it is done, else a stable code that says why not.</returns>
    public string? Close(string month, string by)
    {
        if (FirstOf(month) is not { } first)
            return "period-malformed";
        if (by.Trim().Length is 0 or > ByLengthMost)
            return "by-length";
        var end = first.AddMonths(1);
        return clock.GetUtcNow() < end
            ? "period-not-over"
            : database.Write(db => Close(db, month, UnixTime.Microseconds(end), by.Trim()));
    }

    /// <summary>The accountants' file of a closed month; null where it is not closed.</summary>
    public string? Csv(string month) => database.Read(db =>
        Rank(db, month) is { } number ? Csv(db, number) : null);

    /// <summary>Closed months whose file is no longer what it was: somebody has changed the book.</summary>
    public static IReadOnlyList<string> Changed(DbSession db) =>
    [
        .. db.List<ClosedPeriod>("SELECT month, hash FROM closed_period ORDER BY number")
            .Where(period => HashOf(Csv(db, Rank(db, period.Month)!.Value)) != period.Hash)
            .Select(period => period.Month),
    ];

    private string? Close(DbSession db, string month, long endUs, string by)
    {
        var last = db.Find<ClosedPeriod>(
            "SELECT month, posting FROM closed_period ORDER BY number DESC LIMIT 1");
        if (Rank(db, month) is not null)
            return "period-closed";
        if (last is not null && FirstOf(last.Month)!.Value.AddMonths(1) != FirstOf(month))
            return "period-order";
        var row = new
        {
            month,
            posting = Math.Max(last?.Posting ?? 0, db.Value<long>(
                "SELECT COALESCE(MAX(id), 0) FROM posting WHERE posted_us < @endUs", new { endUs })),
            by,
            now = clock.Microseconds(),
        };
        db.Run(
            """
            INSERT INTO closed_period (number, month, posting, hash, closed_by, closed_us)
            SELECT COALESCE(MAX(number), 0) + 1, @month, @posting, '', @by, @now FROM closed_period
            """,
            row);
        var hash = HashOf(Csv(db, Rank(db, month)!.Value));
        db.Run("UPDATE closed_period SET hash = @hash WHERE month = @month", new { hash, month });
        AuditLog.Write(
            db, row.now, by, AuditAction.PeriodClosed, $"period:{month}", $$"""{"sha256":"{{hash}}"}""");
        return null;
    }

    private static long? Rank(DbSession db, string month) =>
        db.List<long>("SELECT number FROM closed_period WHERE month = @month", new { month })
            is [var number] ? number : null;

    private static string Csv(DbSession db, long number) => Reports.Csv.Of(new ReportTable(
        LedgerReports.AccountingColumns,
        [.. LedgerReports.AccountingOf(
            db,
            """
            id > (SELECT COALESCE(MAX(posting), 0) FROM closed_period WHERE number < @number)
                AND id <= (SELECT posting FROM closed_period WHERE number = @number)
            """,
            new { number })]));

    private static string HashOf(string csv) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(csv)));

    private static DateTimeOffset? FirstOf(string month) => DateTimeOffset.TryParseExact(
        month, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var first)
            ? first
            : null;
}
