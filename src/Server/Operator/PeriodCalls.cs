using System.Text;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Staff;

namespace SmartCardCrm.Server.Operator;

/// <summary>Body of <c>POST /api/periods/{month}/close</c>.</summary>
/// <param name="By">Who closes it.</param>
internal sealed record AskedClose(string By) : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Closed months, and their files for the accountants.</summary>
internal static class PeriodCalls
{
    public static void Map(RouteGroupBuilder api)
    {
        var read = api.For(Resource.Periods, Access.Read);
        var change = api.For(Resource.Periods, Access.Change);
        read.MapGet("/periods", (Periods periods) => periods.All());
        change.MapPost("/periods/{month}/close", (string month, AskedClose asked, Periods periods) =>
            periods.Close(month, asked.By) is { } code
                ? Problems.Of(
                    code is "period-malformed" or "by-length"
                        ? StatusCodes.Status400BadRequest
                        : StatusCodes.Status409Conflict,
                    code, TitleOf(code))
                : Results.NoContent());
        read.MapGet("/periods/{month}/accounting.csv", (string month, Periods periods) =>
            periods.Csv(month) is { } csv
                ? Results.File(
                    Encoding.UTF8.GetBytes(csv), "text/csv; charset=utf-8", $"accounting-{month}.csv")
                : Problems.NotFound("period-open", "That month is not closed."));
    }

    private static string TitleOf(string code) => code switch
    {
        "period-malformed" => "A month is written as 2026-11.",
        "period-not-over" => "That month is not over yet, in UTC.",
        "period-closed" => "That month is closed already.",
        "period-order" => "The month before has to be closed first, and none after.",
        _ => "Say in at most 64 characters who closes it.",
    };
}
