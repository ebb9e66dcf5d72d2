using System.Text;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Staff;

namespace SmartCardCrm.Server.Operator;

/// <summary>A report that may be asked for.</summary>
internal sealed record KnownReport(string Name, string Says, IReadOnlyList<string> Columns);

/// <summary>Reports, as JSON and as CSV.</summary>
internal static class ReportCalls
{
    private const string CsvType = "text/csv; charset=utf-8";

    public static void Map(RouteGroupBuilder api)
    {
        var read = api.For(Resource.Reports, Access.Read);
        read.MapGet("/reports", () => Results.Ok<IReadOnlyList<KnownReport>>(
            [.. ReportRoom.All.Select(report => new KnownReport(report.Name, report.Says, report.Columns))]));
        read.MapGet("/reports/{name}", (
            string name, ReportRoom room, DateOnly? from, DateOnly? through, long? card, int days = 1) =>
            room.Of(name, from, through, days, card) is { } table ? Results.Ok(table) : Unknown());
        read.MapGet("/reports/{name}/csv", AsCsv);
    }

    /// <summary>A report as a file.</summary>
    public static IResult AsCsv(
        string name, ReportRoom room, DateOnly? from, DateOnly? through, long? card, int days = 1) =>
        room.Of(name, from, through, days, card) is { } table
            ? Results.File(Encoding.UTF8.GetBytes(Csv.Of(table)), CsvType, $"{name}.csv")
            : Unknown();

    private static IResult Unknown() => Problems.NotFound(
        "report-unknown", $"Reports are {string.Join(", ", ReportRoom.All.Select(report => report.Name))}.");
}
