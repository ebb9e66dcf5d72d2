using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Server.Tests.InProcess;

namespace SmartCardCrm.Server.Tests.Operator;

/// <summary>Closing months by REST.</summary>
public sealed class PeriodTests
{
    private static readonly FakeTimeProvider Clock = new(
        new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_closed_month_is_listed_and_has_a_file()
    {
        await using var server = await InProcessServer.StartAsync(Clock);
        using var http = server.People();
        using var open = await http.GetAsync("/api/periods/2026-01/accounting.csv");

        using var closed = await http.PostAsJsonAsync("/api/periods/2026-01/close", new { by = "Eva" });

        Assert.Equal(HttpStatusCode.NotFound, open.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, closed.StatusCode);
        var listed = Assert.Single((await server.GetAsync("/api/periods")).EnumerateArray());
        Assert.Equal("operator:Eva", listed.GetProperty("closedBy").GetString());
        Assert.Equal(
            "day,programme,currency,debit,credit,points\r\n",
            await http.GetStringAsync("/api/periods/2026-01/accounting.csv"));
    }

    [Theory]
    [InlineData("2026-02", """{"by":"Eva"}""", HttpStatusCode.Conflict, "period-not-over")]
    [InlineData("2026-13", """{"by":"Eva"}""", HttpStatusCode.BadRequest, "period-malformed")]
    [InlineData("2026-01", """{"by":" "}""", HttpStatusCode.BadRequest, "by-length")]
    [InlineData("2026-01", "{}", HttpStatusCode.BadRequest, null)]
    public async Task What_cannot_be_closed_is_refused_with_a_stable_code(
        string month, string body, HttpStatusCode status, string? code)
    {
        await using var server = await InProcessServer.StartAsync(Clock);
        using var http = server.People();
        using var content = new StringContent(body, null, "application/json");

        using var answer = await http.PostAsync($"/api/periods/{month}/close", content);

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(code ?? "", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
