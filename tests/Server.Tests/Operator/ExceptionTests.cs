using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.InProcess;

namespace SmartCardCrm.Server.Tests.Operator;

/// <summary>The operator works the queue of exceptions by REST.</summary>
public sealed class ExceptionTests
{
    [Fact]
    public async Task An_exception_is_taken_on_looked_into_and_closed()
    {
        await using var server = await OpenAsync();

        await server.CallAsync(
            HttpMethod.Post, "/api/exceptions/1/assign", new { owner = "vera", by = "ada" });
        await server.CallAsync(
            HttpMethod.Post, "/api/exceptions/1/notes", new { note = "Seen.", by = "vera" });
        var mine = await server.GetAsync("/api/exceptions?owner=vera");
        await server.CallAsync(
            HttpMethod.Post, "/api/exceptions/1/resolve", new { reason = "explained", by = "vera" });

        var row = Assert.Single(mine.GetProperty("rows").EnumerateArray());
        Assert.Equal("unreadable", row.GetProperty("cause").GetString());
        Assert.Equal(0, (await server.GetAsync("/api/exceptions")).GetProperty("total").GetInt64());
        var story = await server.GetAsync("/api/exceptions/1");
        Assert.Equal("operator:vera", story.GetProperty("exception").GetProperty("resolvedBy").GetString());
        Assert.Equal("Seen.", story.GetProperty("notes")[0].GetProperty("note").GetString());
        Assert.Equal("done", story.GetProperty("resolutions")[0].GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("7/resolve", """{"reason":"explained"}""", HttpStatusCode.NotFound, "exception-unknown")]
    [InlineData("1/resolve", """{"reason":"bored"}""", HttpStatusCode.BadRequest, "reason-unknown")]
    [InlineData("1/resolve", """{"reason":"corrected"}""", HttpStatusCode.BadRequest, "points-missing")]
    [InlineData("1/approve", """{"proposal":1,"by":"ada"}""", HttpStatusCode.Conflict, "nothing-proposed")]
    [InlineData("1/notes", """{"note":" "}""", HttpStatusCode.BadRequest, "note-length")]
    [InlineData("1/assign", """{"owner":"ada","by":""}""", HttpStatusCode.BadRequest, "by-length")]
    public async Task What_cannot_be_done_is_refused_with_a_stable_code(
        string path, string body, HttpStatusCode status, string code)
    {
        await using var server = await OpenAsync();
        using var http = server.People();
        using var asked = JsonContent.Create(JsonDocument.Parse(body).RootElement);

        using var answer = await http.PostAsync($"/api/exceptions/{path}", asked);

        var told = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();
        Assert.Equal((status, code), (answer.StatusCode, told));
    }

    private static async Task<InProcessServer> OpenAsync()
    {
        var server = await InProcessServer.StartAsync();
        server.Services.GetRequiredService<Database>().Write(db => db.Run(
            """
            INSERT INTO book_exception (id, name, cause, terminal, sequence, detail, opened_us)
            VALUES (1, 'unreadable:1:1', 'unreadable', 1, 1, 'entry', 1)
            """));
        return server;
    }
}
