using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Terminals;

public sealed class ExchangeTests
{
    [Fact]
    public async Task What_was_acknowledged_is_there_after_a_restart()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        var journal = Journal(5);
        using (var first = await terminal.HelloAsync(journal))
            Assert.Equal(3u, await first.AcknowledgedAsync(journal.Take(3)));

        await server.RestartAsync();

        using var moved = terminal.At(server);
        using var call = await moved.HelloAsync(journal);
        var welcome = (await call.NextAsync(ServerMessage.ContentOneofCase.Welcome)).Welcome;
        Assert.Equal((3u, journal[2].ChainHash), (welcome.DurableThrough, welcome.DurableHash));
        Assert.Equal(5u, await call.AcknowledgedAsync(journal.Skip(3)));
    }

    [Fact]
    public async Task A_replayed_batch_is_acknowledged_and_counted_and_nothing_more()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        var journal = Journal(4);
        using var call = await terminal.HelloAsync(journal);

        Assert.Equal(4u, await call.AcknowledgedAsync(journal));
        Assert.Equal(3u, await call.AcknowledgedAsync(journal[1..3]));

        var overview = await server.GetAsync("/api/overview");
        Assert.Equal(2, overview.GetProperty("duplicates").GetInt32());
        Assert.Equal(0, overview.GetProperty("exceptionsOpen").GetInt32());
    }

    [Fact]
    public async Task A_broken_chain_is_refused_and_nothing_of_it_is_taken()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        var journal = Journal(3);
        var broken = journal[1].Clone();
        broken.Body = journal[2].Body;
        using var call = await terminal.HelloAsync(journal);

        await call.SendAsync(journal[0], broken, journal[2]);

        Assert.Equal("chain-broken", await call.RefusedAsync());
        using var again = await terminal.HelloAsync(journal);
        var welcome = await again.NextAsync(ServerMessage.ContentOneofCase.Welcome);
        Assert.Equal(0u, welcome.Welcome.DurableThrough);
    }

    [Fact]
    public async Task A_delivery_that_cannot_be_stored_ends_the_stream_of_a_terminal_that_says_no_more()
    {
        await using var server = await InProcessServer.StartAsync();
        server.AnnounceError("could not be stored");
        using var terminal = await TestTerminal.EnrolAsync(server);
        var journal = Journal(2);
        using var call = await terminal.HelloAsync(journal);
        server.Services.GetRequiredService<Database>().Write(db => db.Run("DROP TABLE journal_entry"));

        await call.SendAsync(journal[0]);

        await Assert.ThrowsAsync<RpcException>(
            () => call.NextAsync(ServerMessage.ContentOneofCase.Acknowledgement));
    }

    [Fact]
    public async Task A_batch_that_leaves_a_hole_is_refused()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        var journal = Journal(3);
        using var call = await terminal.HelloAsync(journal);

        await call.SendAsync(journal[2]);

        Assert.Equal("batch-out-of-order", await call.RefusedAsync());
    }

    [Fact]
    public async Task A_journal_of_another_incarnation_is_refused()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        var journal = Journal(3);
        using (var first = await terminal.HelloAsync(journal))
            await first.AcknowledgedAsync(journal);
        var other = Journal(3, card: 2);

        using var behind = await terminal.HelloAsync(journal[..2]);
        Assert.Equal("journal-behind", await behind.RefusedAsync());
        using var differs = await terminal.HelloAsync(other);
        Assert.Equal("journal-differs", await differs.RefusedAsync());
    }

    [Fact]
    public async Task A_message_out_of_turn_or_of_another_version_is_refused()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);

        using var early = new ExchangeCall(terminal.Sync.Exchange());
        await early.SendAsync(Journal(1));
        Assert.Equal("hello-first", await early.RefusedAsync());

        using var newer = new ExchangeCall(terminal.Sync.Exchange());
        await newer.SendAsync(new TerminalMessage { Hello = new Hello { ProtocolVersion = 2 } });
        Assert.Equal("protocol-version", await newer.RefusedAsync());

        using var twice = await terminal.HelloAsync([]);
        await twice.SendAsync(new TerminalMessage { Hello = new Hello { ProtocolVersion = 1 } });
        Assert.Equal("message-out-of-turn", await twice.RefusedAsync());
    }

    [Fact]
    public async Task A_message_above_the_limit_ends_the_stream()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        using var call = await terminal.HelloAsync([]);

        // The server may hang up before it has all of it.
        await call.SendAsync(new JournalEntry { Sequence = 1, Body = ByteString.CopyFrom(new byte[1 << 20]) })
            .ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        var end = await Assert.ThrowsAsync<RpcException>(
            () => call.NextAsync(ServerMessage.ContentOneofCase.Acknowledgement));
        Assert.Equal(StatusCode.ResourceExhausted, end.StatusCode);
    }

    [Fact]
    public async Task New_rules_reach_an_open_stream_and_the_cursor_spares_the_old_ones()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        using var open = await terminal.HelloAsync([]);
        var before = (await open.NextAsync(ServerMessage.ContentOneofCase.Feed)).Feed;
        var first = before.Items.Single(item => item.RuleSet is not null);

        await server.CallAsync(HttpMethod.Post, "/api/rule-sets", new
        {
            version = 1,
            programme = 1,
            currency = "USD",
            minorPerUnit = 100,
            cardBalanceMost = 1_000_000,
            rules = new[]
            {
                new { code = "base", effect = new { type = "per-amount", points = 2, minor = 100 } },
            },
        });

        var second = (await open.NextAsync(ServerMessage.ContentOneofCase.Feed)).Feed.Items.Single();
        Assert.Equal((1u, 2u), (first.RuleSet.Version, second.RuleSet.Version));
        using var later = await terminal.HelloAsync([], before);
        var rest = (await later.NextAsync(ServerMessage.ContentOneofCase.Feed)).Feed.Items;
        Assert.Equal([second], rest);
    }

    [Fact]
    public async Task A_terminal_is_told_its_limits_at_once_and_when_they_change()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        using var open = await terminal.HelloAsync([]);
        var feed = (await open.NextAsync(ServerMessage.ContentOneofCase.Feed)).Feed;
        var first = Limits.FromDocument(feed.Items.Single(i => i.Limits is not null).Limits.Document.Span);

        await server.CallAsync(
            HttpMethod.Put, "/api/terminals/1/limits",
            JsonNode.Parse((first with { OperationMost = 7 }).ToDocument())!);

        var second = (await open.NextAsync(ServerMessage.ContentOneofCase.Feed)).Feed.Items.Single();
        Assert.Equal(Limits.FirstOf(1), first);
        Assert.Equal(
            first with { OperationMost = 7, Version = 2 },
            Limits.FromDocument(second.Limits.Document.Span));
    }

    [Fact]
    public async Task A_terminal_that_has_all_of_the_feed_is_told_so_at_once_and_with_each_heartbeat()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        FeedBatch all;
        using (var open = await terminal.HelloAsync([]))
            all = (await open.NextAsync(ServerMessage.ContentOneofCase.Feed)).Feed;
        Assert.InRange(all.AsOfUs, 1, long.MaxValue);

        using var again = await terminal.HelloAsync([], all);
        var connected = (await again.NextAsync(ServerMessage.ContentOneofCase.Feed)).Feed;
        await again.SendAsync(new TerminalMessage { Heartbeat = new Heartbeat() });
        var later = (await again.NextAsync(ServerMessage.ContentOneofCase.Feed)).Feed;

        Assert.Empty(connected.Items);
        Assert.Empty(later.Items);
        Assert.True(all.AsOfUs <= connected.AsOfUs && connected.AsOfUs <= later.AsOfUs);
    }

    [Fact]
    public async Task A_terminal_that_calls_again_displaces_its_own_dead_line()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        using var dead = await terminal.HelloAsync([]);
        await dead.NextAsync(ServerMessage.ContentOneofCase.Welcome);

        using var alive = await terminal.HelloAsync([]);
        await alive.NextAsync(ServerMessage.ContentOneofCase.Welcome);

        var end = await Assert.ThrowsAsync<RpcException>(
            () => dead.NextAsync(ServerMessage.ContentOneofCase.Acknowledgement));
        Assert.Equal((StatusCode.Aborted, "displaced"), (end.StatusCode, end.Status.Detail));
    }

    // Intents for a card that nobody knows: taken, and of no consequence.
    private static JournalEntry[] Journal(int entries, byte card = 1)
    {
        var journal = new TestJournal();
        for (var i = 0; i < entries; i++)
        {
            journal.Add(new EntryBody
            {
                RecordedAtUs = i,
                Intent = new Intent
                {
                    OperationId = ByteString.CopyFrom(new byte[16]),
                    Card = new CardRef { Uid = ByteString.CopyFrom([4, 0, 0, 0, 0, 0, card]) },
                    Context = new SaleContext(),
                    Steps = { new Step { Header = ByteString.CopyFrom(0xC8) } },
                },
            });
        }

        return [.. journal.Entries];
    }
}
