using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Relay;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Relay;

public sealed class IssueTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string[] AllSteps =
        ["application", "files", "identity", "keys", "issuer-key", "transaction-mac", "birth", "born"];

    [Fact]
    public async Task An_issued_card_sells_and_its_sale_is_posted()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        await using var relay = await RelayEnd.ConnectAsync(terminal);
        relay.Card = Factory(1);
        var job = await OverAsync(server, await StartAsync(server, terminal));
        var keys = await terminal.Sync.FetchCardKeysAsync(new CardKeysRequest());
        var sale = new HandSale(keys, terminal.Number);
        var journal = new TestJournal();
        sale.Sell(relay.Card, journal, dollars: 12);
        sale.Sell(relay.Card, journal, dollars: 30);

        using var call = await terminal.HelloAsync(journal.Entries);
        await call.AcknowledgedAsync(journal.Entries);

        Assert.Equal("Done", job.GetProperty("state").GetString());
        Assert.Equal(AllSteps, StepsOf(job));
        var card = (await server.GetAsync($"/api/cards/{relay.Card.Uid}")).GetProperty("card");
        Assert.Equal("Active", card.GetProperty("status").GetString());
        Assert.Equal(42, card.GetProperty("balance").GetInt32());
        Assert.Equal(3, card.GetProperty("transactions").GetInt32());
        Assert.Equal(42, relay.Card.Look().Points);
        Assert.All((await server.GetAsync("/api/check")).EnumerateArray(), line =>
            Assert.Equal(0, line.GetProperty("broken").GetInt32()));
    }

    [Fact]
    public async Task A_card_torn_at_any_exchange_is_continued_when_it_comes_back()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        await using var relay = await RelayEnd.ConnectAsync(terminal);
        relay.Card = Factory(0);
        await OverAsync(server, await StartAsync(server, terminal));
        var exchanges = relay.Card.Apdus;

        for (var tear = 1; tear <= 2 * exchanges; tear++)
        {
            var (exchange, moment) = ((tear + 1) / 2, tear % 2 == 0 ? TearMoment.After : TearMoment.Before);
            relay.Card = Factory(tear);
            relay.Card.Tear(exchange, moment);
            var job = await OverAsync(server, await StartAsync(server, terminal));

            Assert.True("Done" == job.GetProperty("state").GetString(), $"{moment} {exchange}: {job}");
            Assert.Contains("card-lost", StepsOf(job));
            Assert.Equal(1u, relay.Card.Look().Tmc);
        }

        Assert.InRange(exchanges, 20, 60);
        var overview = await server.GetAsync("/api/overview");
        Assert.Equal(2 * exchanges + 1, overview.GetProperty("cards").GetInt32());
    }

    [Fact]
    public async Task Another_card_is_left_alone_until_the_begun_one_comes_back()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        await using var relay = await RelayEnd.ConnectAsync(terminal);
        var (begun, other) = (Factory(1), Factory(2));
        begun.Tear(10, TearMoment.Before);
        relay.AfterTear = other;
        relay.Card = begun;
        var path = await StartAsync(server, terminal);
        await UntilAsync(server, path, job => StepsOf(job).Contains("another-card"));

        relay.Card = begun;
        var job = await OverAsync(server, path);

        Assert.Equal("Done", job.GetProperty("state").GetString());
        Assert.Null(other.Look().Points);
        Assert.Equal(0, other.Apdus);
    }

    [Theory]
    [InlineData("ev1-4k")]
    [InlineData("ntag424")]
    public async Task A_chip_that_cannot_keep_points_becomes_nobodys_card(string profile)
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        await using var relay = await RelayEnd.ConnectAsync(terminal);
        relay.Card = SimulatedCard.Factory(profile, [0x04, 1, 2, 3, 4, 5, 6]);

        var job = await OverAsync(server, await StartAsync(server, terminal));

        Assert.Equal(("Failed", "card-unsuitable"),
            (job.GetProperty("state").GetString(), job.GetProperty("failure").GetString()));
        var overview = await server.GetAsync("/api/overview");
        Assert.Equal(0, overview.GetProperty("cards").GetInt32());
    }

    [Fact]
    public async Task A_card_that_has_its_member_is_not_issued_to_another()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        await using var relay = await RelayEnd.ConnectAsync(terminal);
        relay.Card = Factory(1);
        await OverAsync(server, await StartAsync(server, terminal));

        var job = await OverAsync(server, await StartAsync(server, terminal));

        Assert.Equal(("Failed", "card-taken"),
            (job.GetProperty("state").GetString(), job.GetProperty("failure").GetString()));
        Assert.Equal(3, relay.Card.Apdus);                    // only asked what it is
    }

    [Fact]
    public async Task A_factory_card_is_left_alone_where_the_chain_has_not_allowed_it()
    {
        await using var server = await InProcessServer.StartAsync(factoryCards: false);
        using var terminal = await TestTerminal.EnrolAsync(server);
        await using var relay = await RelayEnd.ConnectAsync(terminal);
        relay.Card = Factory(1);

        var job = await OverAsync(server, await StartAsync(server, terminal));

        Assert.Equal(("Failed", "factory-cards-off"),
            (job.GetProperty("state").GetString(), job.GetProperty("failure").GetString()));
        Assert.Equal(0, relay.Card.Apdus);
    }

    [Fact]
    public async Task A_job_that_waits_for_a_card_can_be_given_up()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        await using var relay = await RelayEnd.ConnectAsync(terminal);
        var path = await StartAsync(server, terminal);
        await relay.Asked;

        await server.CallAsync(HttpMethod.Delete, path);

        Assert.Equal("Cancelled", (await OverAsync(server, path)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_reader_has_one_user_at_a_time()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        await using var relay = await RelayEnd.ConnectAsync(terminal);
        relay.Card = Factory(1);
        var desk = server.Services.GetRequiredService<RelayDesk>();
        await UntilConnected(desk);

        using (desk.Open(terminal.Number, RelayEnd.Reader, CancellationToken.None))
        {
            Assert.Equal("reader-busy", RefusalOf(desk, terminal, RelayEnd.Reader));
            Assert.Equal("reader-busy", RefusalOf(desk, terminal, ""));
        }

        desk.Open(terminal.Number, RelayEnd.Reader, CancellationToken.None).Dispose();
    }

    [Fact]
    public async Task A_terminal_that_falls_silent_loses_its_card_after_the_idle_time()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await InProcessServer.StartAsync(clock);
        using var terminal = await TestTerminal.EnrolAsync(server);
        await using var relay = await RelayEnd.ConnectAsync(terminal);
        relay.Card = Factory(1);
        relay.Silent = true;
        var desk = server.Services.GetRequiredService<RelayDesk>();
        await UntilConnected(desk);
        using var session = desk.Open(terminal.Number, RelayEnd.Reader, CancellationToken.None);

        var transmitting = Task.Run(() => session.Channel.Transmit([0x90, 0x60, 0, 0, 0], new byte[258]));
        await relay.SilenceHeard;
        Assert.False(transmitting.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(10));

        await Assert.ThrowsAsync<CardLostException>(() => transmitting.WaitAsync(Patience));
    }

    [Fact]
    public async Task Revoking_a_terminal_takes_the_card_from_the_server()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        await using var relay = await RelayEnd.ConnectAsync(terminal);
        relay.Card = Factory(1);
        var desk = server.Services.GetRequiredService<RelayDesk>();
        await UntilConnected(desk);
        using var session = desk.Open(terminal.Number, RelayEnd.Reader, CancellationToken.None);

        await server.CallAsync(HttpMethod.Post, $"/api/terminals/{terminal.Number}/revoke");

        Assert.Throws<CardLostException>(
            () => session.Channel.Transmit([0x90, 0x60, 0, 0, 0], new byte[258]));
    }

    private static SimulatedCard Factory(int number) =>
        SimulatedCard.Factory("ev3-4k", [0x04, 0x55, 0, 0, 0, (byte)(number >> 8), (byte)number]);

    internal static async Task<string> StartAsync(InProcessServer server, TestTerminal terminal)
    {
        var member = await server.CallAsync(HttpMethod.Post, "/api/members", new { name = "Anna" });
        var job = await server.CallAsync(HttpMethod.Post, "/api/cards/issue", new
        {
            member = member.GetProperty("id").GetInt64(),
            terminal = terminal.Number,
            reader = RelayEnd.Reader,
        });
        return $"/api/jobs/{job.GetProperty("id").GetString()}";
    }

    internal static Task<JsonElement> OverAsync(InProcessServer server, string path) =>
        UntilAsync(server, path, job => job.GetProperty("isOver").GetBoolean());

    private static async Task<JsonElement> UntilAsync(
        InProcessServer server, string path, Func<JsonElement, bool> reached)
    {
        for (var look = 0; look < 3000; look++)
        {
            var job = await server.GetAsync(path);
            if (reached(job))
                return job;
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        throw new TimeoutException($"{path} did not get there: {await server.GetAsync(path)}");
    }

    private static async Task UntilConnected(RelayDesk desk)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (desk.Readers.Count == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
    }

    private static string RefusalOf(RelayDesk desk, TestTerminal terminal, string reader) =>
        Assert.Throws<RelayRefusedException>(
            () => desk.Open(terminal.Number, reader, CancellationToken.None)).Code;

    private static string[] StepsOf(JsonElement job) =>
        [.. job.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("code").GetString()!)];
}
