using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Operator;

/// <summary>The operator takes cards out of use.</summary>
public sealed class RetirementTests
{
    private const string Uid = "04112233445566";

    [Fact]
    public async Task A_lost_card_is_blocked_and_waits_and_a_card_that_is_handed_in_is_retired_at_once()
    {
        await using var server = await InProcessServer.StartAsync();
        await PutCardAsync(server);

        var lost = await server.CallAsync(
            HttpMethod.Post, "/api/cards/1000001/replace", new { reason = "lost", by = "Ada" });
        await server.CallAsync(HttpMethod.Post, $"/api/cards/{Uid}/unblock", new { reason = "found" });
        var returned = await server.CallAsync(
            HttpMethod.Post, $"/api/cards/{Uid}/retire", new { reason = "returned" });

        Assert.Equal(("waiting", "operator:Ada"), (Text(lost, "state"), Text(lost, "askedBy")));
        Assert.Equal(
            TimeSpan.FromHours(72).TotalMicroseconds,
            lost.GetProperty("dueUs").GetInt64() - lost.GetProperty("askedUs").GetInt64());
        Assert.Equal(("done", "operator"), (Text(returned, "state"), Text(returned, "askedBy")));
        Assert.Equal(
            ["returned done", "lost cancelled"],
            (await server.GetAsync("/api/cards/1000001/retirements")).EnumerateArray()
                .Select(row => $"{Text(row, "reason")} {Text(row, "state")}"));
    }

    [Theory]
    [InlineData("99/replace", "lost", HttpStatusCode.NotFound, "card-unknown")]
    [InlineData("1000001/replace", "bored", HttpStatusCode.BadRequest, "reason-unknown")]
    [InlineData("1000001/retire", "lost", HttpStatusCode.BadRequest, "reason-unknown")]
    [InlineData("1000002/retire", "returned", HttpStatusCode.Conflict, "already-retired")]
    public async Task What_cannot_be_done_is_refused_with_a_stable_code(
        string path, string reason, HttpStatusCode status, string code)
    {
        await using var server = await InProcessServer.StartAsync();
        await PutCardAsync(server);
        await PutCardAsync(server, "04112233445577");
        await server.CallAsync(HttpMethod.Post, "/api/cards/1000002/retire", new { reason = "worn-out" });
        using var http = server.People();

        using var answer = await http.PostAsJsonAsync($"/api/cards/{path}", new { reason });

        Assert.Equal((status, code), (
            answer.StatusCode, Text(await answer.Content.ReadFromJsonAsync<JsonElement>(), "code")));
    }

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;

    // As issuing leaves it; nobody taps it here.
    private static async Task PutCardAsync(InProcessServer server, string card = Uid)
    {
        await server.CallAsync(HttpMethod.Post, "/api/members", new { name = "Ada" });
        Assert.True(CardProtocol.Uid.TryParse(card, out var uid));
        server.Services.GetRequiredService<CardBook>().Plan(uid, 1, new KeyVersions(1, 1, 1, 1), "test");
        server.Services.GetRequiredService<Database>().Write(
            db => db.Run(
                "UPDATE card SET status = @Active WHERE uid = @card",
                new { Active = (long)CardStatus.Active, card }));
    }
}
