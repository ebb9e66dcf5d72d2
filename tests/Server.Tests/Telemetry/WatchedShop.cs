using System.Text.Json;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Telemetry;

/// <summary>A server with one terminal and one member's card, which buys.</summary>
internal sealed class WatchedShop : IAsyncDisposable
{
    private readonly RelayEnd _relay;
    private readonly HandSale _seller;
    private readonly TestJournal _journal = new();

    private WatchedShop(InProcessServer server, TestTerminal terminal, RelayEnd relay, CardKeysReply keys)
    {
        (Server, Terminal, _relay) = (server, terminal, relay);
        _seller = new HandSale(keys, terminal.Number);
    }

    public InProcessServer Server { get; }

    public TestTerminal Terminal { get; }

    public SimulatedCard Card => _relay.Card!;

    /// <param name="server">Running; disposed of with this.</param>
    /// <param name="number">The card's, for its UID.</param>
    public static async Task<WatchedShop> OpenAsync(InProcessServer server, byte number)
    {
        var terminal = await TestTerminal.EnrolAsync(server);
        var relay = await RelayEnd.ConnectAsync(terminal);
        relay.Card = SimulatedCard.Factory("ev3-4k", [0x04, 0xA7, 0xB3, 0xC9, 0xD1, 0xE5, number]);
        var shop = new WatchedShop(
            server, terminal, relay, await terminal.Sync.FetchCardKeysAsync(new CardKeysRequest()));
        await shop.IssueAsync();
        return shop;
    }

    /// <summary>Sells over the stream; the operations' ids.</summary>
    public async Task<IReadOnlyList<Guid>> SellAsync(params int[] dollars)
    {
        var before = _journal.Entries.Count;
        Guid[] operations = [.. dollars.Select(paid => _seller.Sell(Card, _journal, paid))];
        using var call = await Terminal.HelloAsync(_journal.Entries);
        await call.AcknowledgedAsync(_journal.Entries.Skip(before));
        return operations;
    }

    /// <summary>Sends again what was taken.</summary>
    public async Task RepeatAsync()
    {
        using var call = await Terminal.HelloAsync(_journal.Entries);
        await call.AcknowledgedAsync(_journal.Entries);
    }

    /// <summary>Opens a stream on which the terminal says how much of the feed it has.</summary>
    public async Task<ExchangeCall> ConnectAsync(ulong feedCursor)
    {
        var call = await Terminal.HelloAsync(_journal.Entries);
        await call.SendAsync(new TerminalMessage
        {
            Heartbeat = new Heartbeat { FeedCursor = feedCursor, HoldsKeys = true },
        });
        await call.AcknowledgedAsync(_journal.Entries);
        return call;
    }

    public async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync();
        Terminal.Dispose();
        await Server.DisposeAsync();
    }

    private async Task IssueAsync()
    {
        var member = await Server.CallAsync(
            HttpMethod.Post, "/api/members", new { name = "Anna", phone = "+79161234567" });
        var job = await Server.CallAsync(HttpMethod.Post, "/api/cards/issue", new
        {
            member = member.GetProperty("id").GetInt64(),
            terminal = Terminal.Number,
            reader = RelayEnd.Reader,
        });
        var path = $"/api/jobs/{job.GetProperty("id").GetString()}";
        JsonElement now;
        do
        {
            now = await Server.GetAsync(path);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
        while (!now.GetProperty("isOver").GetBoolean());

        Assert.Equal("Done", now.GetProperty("state").GetString());
    }
}
