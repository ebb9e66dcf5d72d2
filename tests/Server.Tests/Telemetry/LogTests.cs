using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Telemetry;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Tests.Telemetry;

/// <summary>What leaves the server for those who look after it: log, spans, figures, health. None of it names
/// a card or a customer, or opens anything.</summary>
public sealed class LogTests
{
    [Fact]
    public async Task Log_spans_and_figures_have_no_secret_no_customer_and_no_whole_uid()
    {
        using var spans = new Spans();
        await using var shop = await WatchedShop.OpenAsync(await InProcessServer.StartAsync(), 2);
        var server = shop.Server;
        await shop.SellAsync(12, 30);
        await shop.RepeatAsync();
        server.AnnounceError("intake-apart");
        server.AnnounceError("entry-unforeseen");
        server.Services.GetRequiredService<Database>().Write(db => db.Run(
            "CREATE TRIGGER t BEFORE INSERT ON posting BEGIN SELECT RAISE(ABORT, 'no'); END"));
        await shop.SellAsync(7);
        var token = server.NewToken();
        await AskWronglyAsync(shop, token);

        using var scraper = server.PeopleWith(server.ReadFile(TelemetryEndpoints.TokenFile));
        string[] told =
        [
            .. server.Log, await scraper.GetStringAsync("/metrics"),
            .. spans.All.SelectMany(span =>
                span.TagObjects.Select(tag => $"{span.OperationName} {tag.Key}={tag.Value}")),
        ];
        var text = string.Join('\n', told);
        Assert.Contains("was enrolled for store", text, StringComparison.Ordinal);
        Assert.Contains("entry-unforeseen", text, StringComparison.Ordinal);
        Assert.Contains("journal entry smartcardcrm.operation.id", text, StringComparison.Ordinal);
        string[] forbidden =
        [
            shop.Card.Uid, "A7B3C9D1E5", token, server.ReadFile(OperatorEndpoints.TokenFile),
            server.ReadFile(TelemetryEndpoints.TokenFile), "79161234567", "Anna", "correct horse",
            .. server.Services.GetRequiredService<KeyVault>().TerminalMasters
                .Select(master => Convert.ToHexString(master.Key)),
        ];
        Assert.All(
            forbidden, secret => Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase));
    }

    // What is refused, and what goes wrong, is what a log is full of.
    private static async Task AskWronglyAsync(WatchedShop shop, string token)
    {
        using var people = shop.Server.People();
        foreach (var path in new[] { $"/api/cards/{shop.Card.Uid}", $"/api/members?text=79161234567" })
            (await people.GetAsync(path)).EnsureSuccessStatusCode();
        await people.PostAsJsonAsync($"/api/cards/{shop.Card.Uid}/block", new { reason = "none" });
        await people.PostAsJsonAsync("/api/members", new { name = "Anna", points = 3 });
        using var stranger = shop.Server.PeopleWith(token);
        await stranger.GetAsync($"/api/cards/{shop.Card.Uid}");
        await stranger.PostAsync("/login", new FormUrlEncodedContent(
            [new("name", "vera"), new("password", "correct horse battery")]));
    }
}
