using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SmartCardCrm.Server.Tests.InProcess;

namespace SmartCardCrm.Server.Tests.Operator;

/// <summary>Reports by REST.</summary>
public sealed class ReportTests
{
    [Fact]
    public async Task A_report_comes_as_json_and_as_csv()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        using var http = server.People();

        var names = (await server.GetAsync("/api/reports")).EnumerateArray()
            .Select(report => report.GetProperty("name").GetString()).ToList();
        var table = await server.GetAsync("/api/reports/arrival?from=2020-01-01&through=2020-12-31");
        using var csv = await http.GetAsync("/api/reports/arrival/csv");

        Assert.Contains("arrival", names);
        Assert.Equal(1, table.GetProperty("rows")[0][0].GetInt64());
        Assert.Equal("text/csv", csv.Content.Headers.ContentType!.MediaType);
        var lines = (await csv.Content.ReadAsStringAsync()).Split("\r\n");
        Assert.StartsWith("terminal,name,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("1,", lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/reports/rumours")]
    [InlineData("/api/reports/rumours/csv")]
    public async Task A_report_that_is_not_known_is_refused(string path)
    {
        await using var server = await InProcessServer.StartAsync();
        using var http = server.People();

        using var answer = await http.GetAsync(path);

        var told = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();
        Assert.Equal((HttpStatusCode.NotFound, "report-unknown"), (answer.StatusCode, told));
    }
}
