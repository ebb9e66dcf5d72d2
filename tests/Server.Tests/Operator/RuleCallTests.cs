using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.Server.Tests.Telemetry;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Operator;

/// <summary>A marketer's way from a draft to the rules in force, by the REST door.</summary>
public sealed class RuleCallTests
{
    [Fact]
    public async Task A_draft_is_tried_scheduled_and_published_by_a_server_that_was_restarted()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero));
        await using var server = await InProcessServer.StartAsync(clock);
        var draft = await server.CallAsync(
            HttpMethod.Post, "/api/rule-drafts",
            new { name = "Spring", rules = Rules(points: 3), by = "Vera" });
        var path = $"/api/rule-drafts/{draft.GetProperty("id").GetInt64()}";
        var basket = new
        {
            lines = new[] { new { amountMinor = 1_050, category = "tea" } },
            balance = 10,
            pointsAsked = 4,
        };

        var tried = await server.CallAsync(HttpMethod.Post, $"{path}/preview", basket);
        await server.CallAsync(
            HttpMethod.Post, $"{path}/schedule", new { by = "Vera", at = "2026-03-01T12:00" });
        await server.RestartAsync(clock);
        var waiting = (await server.GetAsync(path)).GetProperty("draft");
        clock.Advance(TimeSpan.FromHours(3));
        await UntilAsync(server, path, () => clock.Advance(TimeSpan.FromSeconds(1)));

        Assert.Equal("Scheduled", waiting.GetProperty("state").GetString());
        Assert.Equal(
            (30, 4, 1_046), (
                tried.GetProperty("earned").GetInt32(), tried.GetProperty("redeemed").GetInt32(),
                tried.GetProperty("dueMinor").GetInt32()));
        Assert.Equal(
            ["base 30"], tried.GetProperty("gains").EnumerateArray().Select(gain =>
                $"{gain.GetProperty("rule").GetString()} {gain.GetProperty("points").GetInt32()}"));
        var versions = (await server.GetAsync("/api/rule-sets")).EnumerateArray().ToList();
        Assert.Equal(
            [(2, true), (1, false)],
            versions.Select(its => (
                its.GetProperty("version").GetInt32(), its.GetProperty("inForce").GetBoolean())));
        AssertSigned(server, "rule-set:1:2");
        Assert.Equal(
            3,
            (await server.GetAsync("/api/rule-sets/2")).GetProperty("rules")[0].GetProperty("effect")
                .GetProperty("points").GetInt32());
    }

    [Fact]
    public async Task A_back_test_of_the_version_sold_by_gives_what_was_given()
    {
        await using var shop = await WatchedShop.OpenAsync(await InProcessServer.StartAsync(), 4);
        await shop.SellAsync(12, 30);
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var span = new { from = today.AddDays(-1), through = today.AddDays(1) };

        var same = await TestAsync(shop.Server, "/api/rule-sets/1/backtest", span);
        var draft = await shop.Server.CallAsync(
            HttpMethod.Post, "/api/rule-drafts", new { name = "Double", rules = Rules(points: 2) });
        var twice = await TestAsync(
            shop.Server, $"/api/rule-drafts/{draft.GetProperty("id").GetInt64()}/backtest", span);

        Assert.Equal((42, 42), Points(same));
        Assert.Equal((42, 84), Points(twice));
        Assert.Equal(42, twice.GetProperty("winners")[0].GetProperty("change").GetInt32());
        Assert.Equal(2, twice.GetProperty("sales").GetInt32());
    }

    [Theory]
    [InlineData("POST", "/api/rule-drafts/9/publish", "{}", HttpStatusCode.NotFound, "draft-unknown")]
    [InlineData(
        "POST", "/api/rule-drafts/9/preview", """{"lines":[]}""", HttpStatusCode.NotFound, "draft-unknown")]
    [InlineData("POST", "/api/rule-sets/1/retire", "{}", HttpStatusCode.Conflict, "rules-in-force")]
    [InlineData("POST", "/api/rule-sets/9/retire", "{}", HttpStatusCode.NotFound, "version-unknown")]
    [InlineData("POST", "/api/rule-sets/1/preview", """{"lines":[]}""", HttpStatusCode.BadRequest, "basket")]
    [InlineData(
        "POST", "/api/rule-sets/1/backtest", """{"from":"2026-02-02","through":"2026-02-01"}""",
        HttpStatusCode.BadRequest, "backtest-span")]
    [InlineData(
        "POST", "/api/rule-drafts", """{"name":"A","rules":{}}""", HttpStatusCode.BadRequest, "rule-set")]
    [InlineData(
        "GET", "/api/rule-backtests/00000000-0000-0000-0000-000000000001", "", HttpStatusCode.NotFound,
        "backtest-unknown")]
    public async Task What_cannot_be_done_is_refused_with_a_stable_code(
        string method, string path, string body, HttpStatusCode status, string code)
    {
        await using var server = await InProcessServer.StartAsync();
        using var http = server.People();
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = body.Length == 0 ? null : JsonContent.Create(JsonNode.Parse(body)),
        };

        using var answer = await http.SendAsync(request);

        var told = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();
        Assert.Equal((status, code), (answer.StatusCode, told));
    }

    [Theory]
    [InlineData("2026-02-01T00:00", "schedule-past")]
    [InlineData("tomorrow", "schedule-time")]
    [InlineData(null, "schedule-time")]
    public async Task A_time_that_is_none_or_has_passed_is_refused(string? at, string code)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero));
        await using var server = await InProcessServer.StartAsync(clock);
        await server.CallAsync(
            HttpMethod.Post, "/api/rule-drafts", new { name = "Spring", rules = Rules(points: 3) });
        using var http = server.People();

        using var answer = await http.PostAsJsonAsync("/api/rule-drafts/1/schedule", new { at });

        Assert.Equal(
            code, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }

    private static void AssertSigned(InProcessServer server, string feedItem)
    {
        var told = FeedItem.Parser.ParseFrom(server.Services.GetRequiredService<Database>().Read(db =>
            db.Value<byte[]>("SELECT body FROM feed WHERE name = @feedItem", new { feedItem }))).RuleSet;
        using var authority = X509CertificateLoader.LoadCertificate(
            server.Services.GetRequiredService<KeyVault>().AuthorityCertificate.Span);
        using var pinned = authority.GetECDsaPublicKey()!;
        Assert.True(DocumentSignature.IsValid(pinned, told.Document.Span, told.Signature.Span));
    }

    private static JsonNode Rules(int points)
    {
        var rules = JsonNode.Parse(ProgrammeBook.FirstRules.ToDocument())!;
        rules["rules"]![0]!["effect"]!["points"] = points;
        return rules;
    }

    private static (int Then, int Now) Points(JsonElement result) => (
        result.GetProperty("then").GetProperty("earned").GetInt32(),
        result.GetProperty("now").GetProperty("earned").GetInt32());

    private static async Task<JsonElement> TestAsync(InProcessServer server, string path, object span)
    {
        var job = await server.CallAsync(HttpMethod.Post, path, span);
        var its = $"/api/rule-backtests/{job.GetProperty("id").GetString()}";
        for (var look = 0; look < 1000; look++)
        {
            job = await server.GetAsync(its);
            if (job.GetProperty("state").GetString() == "Done")
                return job.GetProperty("result");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        throw new TimeoutException($"The back-test did not come to its end: {job}");
    }

    private static async Task UntilAsync(InProcessServer server, string path, Action meanwhile)
    {
        for (var look = 0; look < 1000; look++)
        {
            var draft = (await server.GetAsync(path)).GetProperty("draft");
            if (draft.GetProperty("state").GetString() == "Published")
                return;
            meanwhile();
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        Assert.Fail("It was not published.");
    }
}
