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

/// <summary>What a report may be asked beside its name.</summary>
[Flags]
internal enum ReportAsks
{
    Nothing = 0,
    Period = 1,
    Days = 2,
    Card = 4,
}

/// <summary>What of a report makes a picture.</summary>
/// <param name="Label">The column that names the bars.</param>
/// <param name="Number">The column whose sum for each of them is its length.</param>
internal sealed record ReportBars(string Label, string Number);

/// <summary>Reports that belong together.</summary>
/// <param name="Name">Stable.</param>
/// <param name="Reports">In the order in which they are shown.</param>
internal sealed record ReportGroup(string Name, IReadOnlyList<Report> Reports);

/// <summary>A question to the book that head office asks again and again.</summary>
/// <param name="Name">Stable.</param>
/// <param name="Says">What it tells.</param>
/// <param name="Columns">As in <see cref="ReportTable"/>; instants come as microseconds.</param>
/// <param name="Rows">Asks the book.</param>
internal sealed record Report(
    string Name, string Says, IReadOnlyList<string> Columns,
    Func<DbSession, Period, IEnumerable<IReadOnlyList<object?>>> Rows)
{
    /// <summary>Which parts of a <see cref="Period"/> change its answer.</summary>
    public ReportAsks Asks { get; init; }

    /// <summary>Null where no picture helps.</summary>
    public ReportBars? Bars { get; init; }

    /// <summary>A report that is one query, whose columns are the report's, in order. It asks what its query
    /// names.</summary>
    public static Report OfQuery(
        string name, string says, IReadOnlyList<string> columns, string sql, ReportBars? bars = null) =>
        new(name, says, columns, (db, period) => db.List<object>(sql, period)
            .Select(row => (IReadOnlyList<object?>)[.. ((IDictionary<string, object?>)row).Values]))
        {
            Asks = (Names(sql, "@ToUs") ? ReportAsks.Period : ReportAsks.Nothing)
                | (Names(sql, "@Card") ? ReportAsks.Card : ReportAsks.Nothing),
            Bars = bars,
        };

    public ReportTable Of(DbSession db, Period period) => new(
        Columns,
        [.. Rows(db, period).Select(row => (IReadOnlyList<object?>)[.. row.Zip(Columns, Cell)])]);

    private static bool Names(string sql, string parameter) =>
        sql.Contains(parameter, StringComparison.Ordinal);

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

    public static readonly IReadOnlyList<ReportGroup> Groups =
    [
        new("ledger", [.. LedgerReports.All, .. TierReports.All]),
        new("exceptions", ExceptionReports.All),
        new("terminals", TerminalReports.All),
        new("cards", [.. CardReports.All, .. HotlistReports.All]),
        new("keys", KeyReports.All),
        new("people", InsiderReports.All),
    ];

    public static readonly IReadOnlyList<Report> All = [.. Groups.SelectMany(group => group.Reports)];

    /// <summary>A report by its name; null where there is none.</summary>
    public static Report? Find(string name) => All.SingleOrDefault(report => report.Name == name);

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
        return Find(name) is { } asked
            ? database.Read(db => asked.Of(db, period))
            : null;
    }

    private static long BeginOf(DateOnly day) =>
        UnixTime.Microseconds(new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero));
}
