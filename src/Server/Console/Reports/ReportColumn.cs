using System.Collections.Frozen;
using System.Globalization;
using SmartCardCrm.Server.Reports;

namespace SmartCardCrm.Server.Console.Reports;

/// <summary>What a report's column holds, as far as it is shown in its own way.</summary>
internal enum ColumnKind
{
    /// <summary>Text and numbers that are names.</summary>
    Name = 0,

    /// <summary>Numbers that may be added up.</summary>
    Quantity,
    Instant,

    /// <summary>Minor units of the row's currency.</summary>
    Money,
    Card,
    Member,
    Terminal,
    Exception,
    YesOrNo,

    /// <summary>A stable code that the console has words for.</summary>
    Code,
}

/// <summary>A report's column as people read it.</summary>
/// <param name="Name">Stable, of a report.</param>
internal sealed record ReportColumn(string Name)
{
    private static readonly FrozenSet<string> Times = new[]
    {
        "business_date", "day", "active_month", "expires_on", "month",
    }.ToFrozenSet(StringComparer.Ordinal);

    // Words, and numbers that nobody adds up.
    private static readonly FrozenSet<string> Names = new[]
    {
        "approved_by", "batch", "by", "counter", "counter_complete", "counter_highest", "counters",
        "currency", "enquiry", "entry", "issuer", "listed_in", "name", "newest", "number", "origin",
        "other_counter", "other_entry", "programme", "revision", "sale", "sha256", "store", "tier",
        "transaction_mac", "version", "who",
    }.ToFrozenSet(StringComparer.Ordinal);

    // Columns of codes, by what kind of code they hold.
    private static readonly FrozenDictionary<string, string> Codes = new Dictionary<string, string>
    {
        ["account"] = "Account",
        ["credit"] = "Account",
        ["debit"] = "Account",
        ["cause"] = "Cause",
        ["detail"] = "Detail",
        ["failure"] = "Issuing",
        ["pattern"] = "Pattern",
        ["reason"] = "Reason",
        ["resolution"] = "Resolution",
        ["state"] = "IntentState",
        ["what"] = "Detail",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public ColumnKind Kind => Name switch
    {
        "amount_minor" => ColumnKind.Money,
        "card" => ColumnKind.Card,
        "member" => ColumnKind.Member,
        "terminal" or "other_terminal" => ColumnKind.Terminal,
        "exception" => ColumnKind.Exception,
        "given_up" or "settled_at_terminal" => ColumnKind.YesOrNo,
        _ when Name.EndsWith("_utc", StringComparison.Ordinal) => ColumnKind.Instant,
        _ when Codes.ContainsKey(Name) => ColumnKind.Code,
        _ when Names.Contains(Name) || IsTime => ColumnKind.Name,
        _ => ColumnKind.Quantity,
    };

    /// <summary>All kinds of codes that columns hold.</summary>
    public static IEnumerable<string> Families => Codes.Values;

    /// <summary>What kind of code it holds, where it holds one.</summary>
    public string? Family => Codes.GetValueOrDefault(Name);

    /// <summary>Whether its rows follow each other in time.</summary>
    public bool IsTime => Times.Contains(Name);

    public bool IsRight => Kind is ColumnKind.Quantity or ColumnKind.Money;

    /// <summary>A day or month that a cell holds as text, in the reader's way; null where it holds
    /// none.</summary>
    public static string? DayOf(string text) =>
        ReadAs(text, "yyyy-MM-dd") is { } day ? day.ToString("d MMM yyyy", CultureInfo.CurrentCulture)
        : ReadAs(text, "yyyy-MM") is { } month ? month.ToString("MMMM yyyy", CultureInfo.CurrentCulture)
        : null;

    /// <summary>A month that a cell holds as text, as short as may be; null where it holds none.</summary>
    public static string? MonthOf(object label) =>
        label is string text && ReadAs(text, "yyyy-MM") is { } month
            ? month.ToString("MMM", CultureInfo.CurrentCulture).TrimEnd('.')
            : null;

    private static DateOnly? ReadAs(string text, string format) =>
        DateOnly.TryParseExact(
            text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}

/// <summary>A bar of a report's picture.</summary>
/// <param name="Label">What it is called, as in the table.</param>
/// <param name="Number">How long it is.</param>
public sealed record ReportBar(object Label, long Number)
{
    /// <summary>More are no picture any more.</summary>
    public const int Most = 31;

    /// <summary>The latest, or else the longest; none where there are fewer than two.</summary>
    internal static IReadOnlyList<ReportBar> Of(ReportTable table, ReportBars bars)
    {
        var (label, number) = (IndexOf(table, bars.Label), IndexOf(table, bars.Number));
        var all = table.Rows.Where(row => row[label] is not null)
            .GroupBy(row => row[label]!)
            .Select(rows => new ReportBar(rows.Key, rows.Sum(row => row[number] as long? ?? 0)));
        IReadOnlyList<ReportBar> shown = new ReportColumn(bars.Label).IsTime
            ? [.. all.TakeLast(Most)]
            : [.. all.OrderByDescending(bar => bar.Number).Take(Most)];
        return shown.Count > 1 && shown.Any(bar => bar.Number != 0) ? shown : [];
    }

    private static int IndexOf(ReportTable table, string column) => table.Columns.ToList().IndexOf(column);
}
