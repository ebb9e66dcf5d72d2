using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using SmartCardCrm.Server.Reports;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>Reports in the console: the same answers as the command's, as tables, pictures and
/// files.</summary>
public sealed partial class ReportPagesTests(ConsoleServer server) : IClassFixture<ConsoleServer>
{
    public static TheoryData<string> AllReports => [.. ReportRoom.All.Select(report => report.Name)];

    [Theory]
    [MemberData(nameof(AllReports))]
    public async Task Every_report_is_listed_and_has_a_page_in_both_languages(string report)
    {
        using var visitor = await server.LoginAsync();
        using var reader = await server.LoginAsync("ru");

        var list = await ReadAsync(visitor, "/reports");
        var page = await ReadAsync(visitor, $"/reports/{report}");
        var russian = await ReadAsync(reader, $"/reports/{report}");

        Says(list, $"href=\"/reports/{report}\"");
        Says(page, $"href=\"/reports/{report}/csv\"");
        Assert.NotEqual(Title().Match(page).Value, Title().Match(russian).Value);
    }

    [Fact]
    public async Task A_row_is_told_in_words_with_money_days_and_links()
    {
        using var visitor = await server.LoginAsync();

        var html = await ReadAsync(visitor, "/reports/end-of-day");

        Says(html, "5 Jan 2026");
        Says(html, "133.13 USD");
        Says(html, ">Terminal 1</a>");
        Says(await ReadAsync(visitor, "/reports/exceptions"), "Transactions are missing");
        Says(await ReadAsync(visitor, "/reports/continuity"), $"href=\"/cards/{SeededBook.AdasCard}\"");
    }

    [Fact]
    public async Task A_period_stands_in_the_address_and_in_the_form_and_goes_into_the_file()
    {
        using var visitor = await server.LoginAsync();
        const string Period = "?from=2026-01-06&through=2026-01-31";

        var html = await ReadAsync(visitor, $"/reports/end-of-day{Period}");
        var csv = await visitor.GetStringAsync($"/reports/end-of-day/csv{Period}");
        var all = await visitor.GetStringAsync("/reports/end-of-day/csv");

        Says(html, "name=\"from\" value=\"2026-01-06\"");
        Says(html, $"href=\"/reports/end-of-day/csv{Period}\"");
        Says(html, "Nothing to report");
        Assert.Single(csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(3, all.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [InlineData("end-of-day", "from through")]
    [InlineData("exposure", "days")]
    [InlineData("hotlist-terminals", "card")]
    [InlineData("tiers", "")]
    public async Task A_form_asks_what_the_report_asks(string report, string fields)
    {
        using var visitor = await server.LoginAsync();

        var html = await ReadAsync(visitor, $"/reports/{report}");

        var asked = Input().Matches(html).Select(input => input.Groups["name"].Value);
        Assert.Equal(fields, string.Join(' ', asked));
    }

    [Fact]
    public async Task A_picture_has_a_bar_for_each_label_and_the_longest_is_whole()
    {
        using var visitor = await server.LoginAsync();

        var html = await ReadAsync(visitor, "/reports/arrival");

        var widths = Bar().Matches(html)
            .Select(bar => double.Parse(bar.Groups["width"].Value, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(2, widths.Count);
        Assert.Equal(100, widths.Max());
        Assert.InRange(widths.Min(), 1, 99);
    }

    [Fact]
    public async Task Months_stand_side_by_side_and_each_says_what_it_was()
    {
        using var visitor = await server.LoginAsync("ru");
        var month = TimeProvider.System.GetUtcNow().ToString("MMMM yyyy", CultureInfo.GetCultureInfo("ru"));

        var html = await ReadAsync(visitor, "/reports/liability-months");

        Says(html, "<ol class=\"columns\">");
        Says(html, $"<span class=\"unseen\">{month}: 80</span>");
        Says(html, $">{month}</span>");
    }

    private static void Says(string html, string text) =>
        Assert.Contains(text, html, StringComparison.Ordinal);

    private static async Task<string> ReadAsync(HttpClient visitor, string page) =>
        WebUtility.HtmlDecode(await visitor.GetStringAsync(page)).Replace('\u00A0', ' ');

    [GeneratedRegex("<title>[^<]*", RegexOptions.None, 1000)]
    private static partial Regex Title();

    [GeneratedRegex(
        "<input[^>]*name=\"(?<name>from|through|days|card)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Input();

    [GeneratedRegex("<rect[^>]*width=\"(?<width>[0-9.]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Bar();
}
