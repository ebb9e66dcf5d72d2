using System.Globalization;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Reports;

/// <summary>What a report is asked for.</summary>
/// <param name="FromUs">From this instant.</param>
/// <param name="ToUs">Up to this one, which does not belong to it.</param>
/// <param name="NowUs">When it is asked for.</param>
/// <param name="Days">How many days a bound is reckoned for, 1 or more.</param>
/// <param name="Card">Of one card, where the report tells of one; null for none.</param>
internal sealed record Period(long FromUs, long ToUs, long NowUs, int Days = 1, long? Card = null);

/// <summary>A report's answer.</summary>
/// <param name="Columns">Stable names; those that end in _utc hold instants as yyyy-MM-dd HH:mm:ss.</param>
/// <param name="Rows">Whole numbers, text and null, as many as there are columns.</param>
internal sealed record ReportTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows);

/// <summary>A question to the book that head office asks again and again.</summary>
/// <param name="Name">Stable.</param>
/// <param name="Says">What it tells.</param>
/// <param name="Columns">As in <see cref="ReportTable"/>; instants come as microseconds.</param>
/// <param name="Rows">Asks the book.</param>
internal sealed record Report(
    string Name, string Says, IReadOnlyList<string> Columns,
    Func<DbSession, Period, IEnumerable<IReadOnlyList<object?>>> Rows)
{
    /// <summary>A report that is one query, whose columns are the report's, in order.</summary>
    public static Report OfQuery(string name, string says, IReadOnlyList<string> columns, string sql) =>
        new(name, says, columns, (db, period) => db.List<object>(sql, period)
            .Select(row => (IReadOnlyList<object?>)[.. ((IDictionary<string, object?>)row).Values]));

    public ReportTable Of(DbSession db, Period period) => new(
        Columns,
        [.. Rows(db, period).Select(row => (IReadOnlyList<object?>)[.. row.Zip(Columns, Cell)])]);

    private static object? Cell(object? value, string column) => value switch
    {
        null or string => value,
        IConvertible number when column.EndsWith("_utc", StringComparison.Ordinal) =>
            UnixTime.FromMicroseconds(number.ToInt64(CultureInfo.InvariantCulture)).UtcDateTime
                .ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        IConvertible number => number.ToInt64(CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"{column} holds {value.GetType()}."),
    };
}

/// <summary>All reports, by name.</summary>
internal sealed class ReportRoom(Database database, TimeProvider clock)
{
    private const int DaysMost = 366;

    public static readonly IReadOnlyList<Report> All =
    [
        .. LedgerReports.All, .. ExceptionReports.All, .. TerminalReports.All, .. CardReports.All,
        .. HotlistReports.All, .. KeyReports.All, .. InsiderReports.All, .. TierReports.All,
    ];

    /// <summary>Asks the book.</summary>
    /// <param name="name">The report's.</param>
    /// <param name="from">The first day, UTC; null from the beginning.</param>
    /// <param name="through">The last day, UTC; null up to now.</param>
    /// <param name="days">As of a <see cref="Period"/>.</param>
    /// <param name="card">A card's number, for the reports that tell of one.</param>
    /// <returns>Null where there is no such report.</returns>
    public ReportTable? Of(
        string name, DateOnly? from, DateOnly? through, int days = 1, long? card = null)
    {
        var period = new Period(
            from is { } first ? BeginOf(first) : 0,
            through is { } last ? BeginOf(last.AddDays(1)) : long.MaxValue, clock.Microseconds(),
            Math.Clamp(days, 1, DaysMost), card);
        return All.SingleOrDefault(report => report.Name == name) is { } asked
            ? database.Read(db => asked.Of(db, period))
            : null;
    }

    private static long BeginOf(DateOnly day) =>
        UnixTime.Microseconds(new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero));
}
