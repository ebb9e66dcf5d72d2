using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Relay;

/// <summary>Cards that a bench has prepared are given to members at a shop's reader, where no card of the
/// factory is taken.</summary>
public sealed class StockIssueTests
{
    [Fact]
    public async Task A_prepared_card_is_bound_and_sells()
    {
        await using var server = await InProcessServer.StartAsync(factoryCards: false);
        using var terminal = await TestTerminal.EnrolAsync(server);
        await using var relay = await RelayEnd.ConnectAsync(terminal);
        var number = await OrderAsync(server);
        relay.Card = Prepared(server, 1, number + 1);
        await ImportAsync(server, $"{relay.Card.Uid},{number + 1}");

        var job = await IssueAsync(server, terminal);
        var sale = new HandSale(
            await terminal.Sync.FetchCardKeysAsync(new CardKeysRequest()), terminal.Number);
        var journal = new TestJournal();
        sale.Sell(relay.Card, journal, dollars: 12);
        using var call = await terminal.HelloAsync(journal.Entries);
        await call.AcknowledgedAsync(journal.Entries);

        Assert.Equal(
            ["operator:Ada card-stock-registered", "operator card-batch-ordered"],
            (await server.GetAsync("/api/audit?subject=batch:1")).EnumerateArray()
                .Select(line => $"{Text(line, "doneBy")} {Text(line, "action")}"));
        Assert.Equal("Done", Text(job, "state"));
        Assert.Equal(
            ["birth", "born"], job.GetProperty("steps").EnumerateArray().Select(step => Text(step, "code")));
        var card = (await server.GetAsync($"/api/cards/{number + 1}")).GetProperty("card");
        Assert.Equal(("Active", 12), (Text(card, "status"), card.GetProperty("balance").GetInt32()));
        Assert.Equal(1, card.GetProperty("batch").GetInt32());
        Assert.All((await server.GetAsync("/api/check")).EnumerateArray(), line =>
            Assert.Equal(0, line.GetProperty("broken").GetInt32()));
    }

    [Fact]
    public async Task A_prepared_card_torn_at_any_exchange_is_bound_when_it_comes_back()
    {
        await using var server = await InProcessServer.StartAsync(factoryCards: false);
        using var terminal = await TestTerminal.EnrolAsync(server);
        await using var relay = await RelayEnd.ConnectAsync(terminal);
        var number = await OrderAsync(server);

        var exchanges = 1;
        for (var tear = 0; tear <= 2 * exchanges; tear++)
        {
            relay.Card = Prepared(server, tear, number + tear);
            await ImportAsync(server, $"{relay.Card.Uid},{number + tear}");
            if (tear > 0)
                relay.Card.Tear((tear + 1) / 2, tear % 2 == 0 ? TearMoment.After : TearMoment.Before);

            var job = await IssueAsync(server, terminal);

            Assert.True("Done" == Text(job, "state"), $"{tear}: {job}");
            Assert.Equal(1u, relay.Card.Look().Tmc);
            if (tear == 0)
                exchanges = relay.Card.Apdus;
        }

        Assert.InRange(exchanges, 10, 20);
    }

    [Fact]
    public async Task A_card_on_which_another_number_stands_than_in_the_list_is_left_alone()
    {
        await using var server = await InProcessServer.StartAsync(factoryCards: false);
        using var terminal = await TestTerminal.EnrolAsync(server);
        await using var relay = await RelayEnd.ConnectAsync(terminal);
        var number = await OrderAsync(server);
        relay.Card = Prepared(server, 1, number + 1);
        await ImportAsync(server, $"{relay.Card.Uid},{number + 2}");

        var job = await IssueAsync(server, terminal);

        Assert.Equal(("Failed", "card-content-other"), (Text(job, "state"), Text(job, "failure")));
        Assert.Equal(0u, relay.Card.Look().Tmc ?? 0);
    }

    [Fact]
    public async Task A_wrong_list_is_answered_line_by_line()
    {
        await using var server = await InProcessServer.StartAsync();
        await OrderAsync(server);

        var import = await ImportAsync(server, "04550000000001,1000001\nnonsense");

        Assert.Equal(
            """[{"line":2,"code":"line-malformed"}]""", import.GetProperty("faults").GetRawText());
        Assert.Equal("1", (await server.GetAsync("/api/batches"))[0].GetProperty("number").GetRawText());
    }

    private static async Task<long> OrderAsync(InProcessServer server) => (await server.CallAsync(
        HttpMethod.Post, "/api/batches", new { size = 100, origin = "Bench" }))
        .GetProperty("firstNumber").GetInt64();

    private static async Task<JsonElement> ImportAsync(InProcessServer server, string list)
    {
        using var http = server.People();
        using var answer = await http.PostAsync("/api/batches/1/cards?by=Ada", new StringContent(list));
        return await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
    }

    // As the bench leaves it.
    private static SimulatedCard Prepared(InProcessServer server, int at, long number)
    {
        var card = SimulatedCard.Factory("ev3-4k", [0x04, 0x56, 0, 0, 0, 0, (byte)at]);
        card.Insert();
        var chip = new Chip(card);
        using var keys = server.Services.GetRequiredService<KeyVault>().KeysForNewCard(chip.Uid);
        Personalisation.Prepare(
            chip,
            server.Services.GetRequiredService<StockBook>().All()[0].PlanOf(number),
            keys, RandomNumberGenerator.Fill);
        card.Remove();
        return card;
    }

    private static async Task<JsonElement> IssueAsync(InProcessServer server, TestTerminal terminal)
    {
        var member = await server.CallAsync(HttpMethod.Post, "/api/members", new { name = "Ada" });
        var job = await server.CallAsync(HttpMethod.Post, "/api/cards/issue", new
        {
            member = member.GetProperty("id").GetInt64(),
            terminal = terminal.Number,
        });
        while (Text(job, "state") is "WaitingForCard" or "Personalising" or "Interrupted")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            job = await server.GetAsync($"/api/jobs/{Text(job, "id")}");
        }

        return job;
    }

    private static string Text(JsonElement from, string name) => from.GetProperty(name).GetString()!;
}
