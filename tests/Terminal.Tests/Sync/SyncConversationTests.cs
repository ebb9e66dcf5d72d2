using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Sync;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Sync;

/// <summary>What a conversation does to the terminal; SyncMachineTests has what it says.</summary>
public sealed class SyncConversationTests : IDisposable
{
    private readonly Shop _shop = new(new Chain());
    private readonly SyncLine _line = new();
    private bool _forgotten;

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void The_journal_is_sent_and_noted_as_far_as_headquarters_has_it()
    {
        _shop.Till.Journal.Append(new EntryBody());
        var conversation = New();

        var hello = Assert.Single(conversation.Begin()).Hello;
        var batch = conversation.Received(Welcome())[0].Batch;
        Assert.Empty(conversation.Received(
            new ServerMessage { Acknowledgement = new Acknowledgement { Through = 1 } }));

        Assert.Equal((1u, 1u), (hello.HeadSequence, Assert.Single(batch.Entries).Sequence));
        Assert.Equal(1u, _shop.Till.Journal.AcknowledgedThrough);
        Assert.True(_line.Connected);
    }

    [Fact]
    public void A_welcome_alone_is_no_success_while_entries_wait()
    {
        _shop.Till.Journal.Append(new EntryBody());
        var conversation = New();
        conversation.Begin();

        conversation.Received(Welcome());
        var welcomed = conversation.WentWell;
        conversation.Received(new ServerMessage { Acknowledgement = new Acknowledgement { Through = 1 } });

        Assert.Equal((false, true), (welcomed, conversation.WentWell));
    }

    [Fact]
    public void A_welcome_is_a_success_where_nothing_waits() => Assert.True(Welcomed().WentWell);

    [Fact]
    public void The_feed_is_stored_and_a_heartbeat_says_so()
    {
        var conversation = Welcomed();
        var feed = new FeedBatch { Items = { Chain.RulesItem(position: 9) } };

        Assert.Empty(conversation.Received(new ServerMessage { Feed = feed }));

        var expected = new Heartbeat { RuleSetVersion = 1, FeedCursor = 9, HoldsKeys = true };
        Assert.Equal(expected, Assert.Single(conversation.HeartbeatDue()).Heartbeat);
    }

    [Fact]
    public void What_a_terminal_works_by_is_told_at_once_and_whenever_it_changes()
    {
        var conversation = New();
        conversation.Begin();

        var atOnce = conversation.Received(Welcome());
        var part = conversation.Received(Fed(asOfUs: 0, Chain.RulesItem(9, version: 2)));
        var last = conversation.Received(Fed(asOfUs: 7));
        var again = conversation.Received(Fed(asOfUs: 8));

        Assert.Equal(1u, Assert.Single(atOnce).Heartbeat.RuleSetVersion);
        Assert.Empty(part);
        Assert.Equal(2u, Assert.Single(last).Heartbeat.RuleSetVersion);
        Assert.Empty(again);
    }

    [Fact]
    public void A_heartbeat_says_why_no_card_is_served_and_that_the_keys_are_gone()
    {
        var conversation = Welcomed();
        _shop.Till.Desk.Stop(StopCode.Tamper);
        _shop.Till.Keys.Dispose();

        var told = Assert.Single(conversation.HeartbeatDue()).Heartbeat;

        Assert.Equal((StopCode.Tamper, false), (told.StoppedBecause, told.HoldsKeys));
    }

    [Fact]
    public void An_unreadable_feed_ends_the_conversation_but_not_the_selling()
    {
        var conversation = Welcomed();
        var rules = Chain.RuleSetItem("no rules"u8.ToArray());
        var feed = new FeedBatch { Items = { new FeedItem { Position = 9, RuleSet = rules } } };

        Assert.Empty(conversation.Received(new ServerMessage { Feed = feed }));

        Assert.Equal("unreadable", conversation.EndCode);
        Assert.Equal((false, null, false), (_line.Connected, _line.Halted, _forgotten));
        Assert.Empty(conversation.HeartbeatDue());
    }

    [Fact]
    public void A_revoked_terminal_sells_no_more_and_forgets_its_keys()
    {
        var conversation = Welcomed();

        conversation.Received(new ServerMessage { Refusal = new Refusal { Code = "terminal-revoked" } });
        conversation.Failed("Unavailable");

        Assert.Equal("terminal-revoked", conversation.EndCode);
        Assert.Equal((false, "terminal-revoked", true), (_line.Connected, _line.Halted, _forgotten));
        Assert.Equal("terminal-revoked", _shop.Till.Desk.StoppedBecause);
    }

    [Fact]
    public void A_broken_stream_ends_the_conversation_but_not_the_selling()
    {
        var conversation = Welcomed();

        conversation.Failed("Unavailable");

        Assert.Equal("Unavailable", conversation.EndCode);
        Assert.Equal((false, null, false), (_line.Connected, _line.Halted, _forgotten));
    }

    [Fact]
    public void A_server_that_has_less_than_it_had_is_sent_the_rest_again()
    {
        _shop.Till.Journal.Append(new EntryBody());
        var before = Welcomed();
        before.Received(new ServerMessage { Acknowledgement = new Acknowledgement { Through = 1 } });

        var restored = Welcomed();

        Assert.Equal(0u, _shop.Till.Journal.AcknowledgedThrough);
        Assert.Equal((null, null), (restored.EndCode, _line.Halted));
    }

    [Fact]
    public void The_next_hello_says_in_which_book_the_feed_was_read_and_how_far()
    {
        var feed = new FeedBatch { Items = { Chain.RulesItem(position: 9) }, Epoch = -7, Through = 11 };
        Welcomed().Received(new ServerMessage { Feed = feed });

        var hello = Assert.Single(New().Begin()).Hello;

        Assert.Equal((-7L, 11ul), (hello.FeedEpoch, hello.FeedCursor));
    }

    [Fact]
    public void A_server_that_lacks_what_is_not_kept_here_is_told_of_while_selling_goes_on()
    {
        var journal = _shop.Till.Journal;
        for (var number = 1u; number <= 2; number++)
        {
            var totals = new DayTotals { Number = number }.ToByteString();
            journal.Append(new EntryBody { DayClose = new DayClose { Totals = totals } });
        }

        journal.AcknowledgeThrough(2);
        Assert.True(journal.Drop(through: 2, entriesMost: 9));

        var conversation = Welcomed();

        Assert.Equal("journal-compacted", conversation.EndCode);
        Assert.Equal((false, null, false), (_line.Connected, _line.Halted, _forgotten));
        Assert.StartsWith("journal-compacted", Assert.Single(_line.Faults), StringComparison.Ordinal);
        Assert.Equal(2u, journal.AcknowledgedThrough);
        New().Received(new ServerMessage
        {
            Welcome = new Welcome
            {
                DurableThrough = 2,
                DurableHash = ByteString.CopyFrom(journal.Head.Hash.Span),
            },
        });
        Assert.Empty(_line.Faults);
    }

    private SyncConversation New() =>
        new(_shop.Till, _line, () => _forgotten = true, NullLogger.Instance);

    private SyncConversation Welcomed()
    {
        var conversation = New();
        conversation.Begin();
        conversation.Received(Welcome());
        return conversation;
    }

    private static ServerMessage Fed(long asOfUs, params FeedItem[] items) =>
        new() { Feed = new FeedBatch { AsOfUs = asOfUs, Items = { items } } };

    private static ServerMessage Welcome() => new() { Welcome = new Welcome() };
}
