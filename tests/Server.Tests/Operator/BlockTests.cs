using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Operator;

/// <summary>The operator blocks a card, and terminals on the line hear of it at once.</summary>
public sealed class BlockTests
{
    private const string Uid = "04112233445566";

    [Fact]
    public async Task A_card_blocked_by_number_or_uid_reaches_the_open_line()
    {
        await using var server = await InProcessServer.StartAsync();
        await PutCardAsync(server);
        using var terminal = await TestTerminal.EnrolAsync(server);
        server.Services.GetRequiredService<Database>().Write(db => KnownCards.Note(db, terminal: 1, Uid));
        using var open = await terminal.HelloAsync([]);
        var start = (await open.NextAsync(ServerMessage.ContentOneofCase.Feed)).Feed;

        await server.CallAsync(HttpMethod.Post, "/api/cards/1000001/block", new { reason = "lost" });
        var (status, first) = await NextAsync(open);
        await server.CallAsync(
            HttpMethod.Post, $"/api/cards/{Uid}/unblock", new { reason = "found", by = "Ada" });
        var (statusAfter, second) = await NextAsync(open);

        Assert.True(start.FromStart);
        Assert.Equal((CardStatus.Blocked, true, CardStatus.Active, false), (
            status, first.Listed, statusAfter, second.Listed));
        Assert.Equal(Uid, Convert.ToHexString(first.Uid.Span));
        var history = (await server.GetAsync($"/api/cards/{Uid}/blocks")).GetProperty("blocks");
        Assert.Equal(
            ["operator:Ada found False", "operator lost True"],
            history.EnumerateArray().Select(row =>
                $"{row.GetProperty("doneBy")} {row.GetProperty("reason")} {row.GetProperty("blocked")}"));
    }

    [Theory]
    [InlineData("99/block", "lost", HttpStatusCode.NotFound, "card-unknown")]
    [InlineData("1000001/block", "bored", HttpStatusCode.BadRequest, "reason-unknown")]
    [InlineData("1000001/unblock", "found", HttpStatusCode.Conflict, "not-blocked")]
    public async Task What_cannot_be_done_is_refused_with_a_stable_code(
        string path, string reason, HttpStatusCode status, string code)
    {
        await using var server = await InProcessServer.StartAsync();
        await PutCardAsync(server);
        using var http = server.People();

        using var answer = await http.PostAsJsonAsync($"/api/cards/{path}", new { reason });

        var told = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();
        Assert.Equal((status, code), (answer.StatusCode, told));
    }

    private static async Task<(CardStatus Status, HotlistItem Listing)> NextAsync(ExchangeCall open)
    {
        var items = (await open.NextAsync(ServerMessage.ContentOneofCase.Feed)).Feed.Items;
        return (items.Single(i => i.Card is not null).Card.Status,
            items.Single(i => i.Hotlist is not null).Hotlist);
    }

    // As issuing leaves it; nobody taps it here.
    private static async Task PutCardAsync(InProcessServer server)
    {
        await server.CallAsync(HttpMethod.Post, "/api/members", new { name = "Ada" });
        Assert.True(CardProtocol.Uid.TryParse(Uid, out var uid));
        server.Services.GetRequiredService<CardBook>().Plan(uid, 1, new KeyVersions(1, 1, 1, 1), "test");
        server.Services.GetRequiredService<Database>().Write(
            db => db.Run("UPDATE card SET status = @Active", new { Active = (long)CardStatus.Active }));
    }
}
