using System.Security.Cryptography;
using Google.Protobuf;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Sync;

namespace SmartCardCrm.Terminal.Tests.Sync;

/// <summary>The conversation of docs/sync.md, message by message.</summary>
public sealed class SyncMachineTests
{
    private static readonly SyncLimits Small = new(
        BatchEntriesMost: 2, BatchBytesMost: 1000, WindowEntriesMost: 4);

    [Fact]
    public void Hello_tells_the_journals_head_and_the_feed_cursor()
    {
        var outbox = new ListOutbox(3);
        var machine = new SyncMachine(outbox, Small);

        var hello = Assert.Single(Sent(machine.Connected(feedEpoch: -7, feedCursor: 9, "1.0"))).Hello;

        Assert.Equal(1u, hello.ProtocolVersion);
        Assert.Equal(3u, hello.HeadSequence);
        Assert.Equal(outbox.HashOf(3), hello.HeadHash);
        Assert.Equal((-7L, 9ul), (hello.FeedEpoch, hello.FeedCursor));
    }

    [Fact]
    public void Sending_resumes_after_the_servers_durable_end()
    {
        var outbox = new ListOutbox(3);
        var machine = Connect(outbox, Small);

        var acts = machine.Received(Welcome(outbox, 2));

        Assert.Equal(new SyncAct.Acknowledge(2), acts[0]);
        Assert.Equal([3], Sequences(acts));
    }

    [Fact]
    public void A_server_restored_from_a_backup_gets_acknowledged_entries_again()
    {
        var outbox = new ListOutbox(3);
        var first = Connect(outbox, Small);
        first.Received(Welcome(outbox, 0));
        first.Received(Acknowledged(2));

        var acts = Connect(outbox, Small).Received(Welcome(outbox, 1));

        Assert.Equal(new SyncAct.Acknowledge(1), acts[0]);
        Assert.Equal([2, 3], Sequences(acts));
    }

    [Fact]
    public void A_journal_that_is_behind_the_server_stops_selling()
    {
        var machine = Connect(new ListOutbox(3), Small);

        var acts = machine.Received(Welcome(new ListOutbox(4), 4));

        Assert.Equal([new SyncAct.End("journal-behind")], acts);
        Assert.True(SyncCode.StopsSelling("journal-behind"));
    }

    [Fact]
    public void A_journal_with_another_hash_at_the_servers_end_stops_selling()
    {
        var machine = Connect(new ListOutbox(3), Small);
        var other = new ServerMessage
        {
            Welcome = new Welcome { DurableThrough = 2, DurableHash = ByteString.CopyFrom(new byte[32]) },
        };

        var acts = machine.Received(other);

        Assert.Equal([new SyncAct.End("journal-differs")], acts);
        Assert.True(SyncCode.StopsSelling("journal-differs"));
    }

    [Fact]
    public void A_duplicate_or_older_acknowledgement_changes_nothing()
    {
        var outbox = new ListOutbox(3);
        var machine = Connect(outbox, Small);
        machine.Received(Welcome(outbox, 0));
        machine.Received(Acknowledged(3));

        Assert.Empty(machine.Received(Acknowledged(3)));
        Assert.Empty(machine.Received(Acknowledged(2)));
    }

    [Fact]
    public void Acknowledging_what_was_never_sent_ends_the_stream_but_not_the_selling()
    {
        var outbox = new ListOutbox(3);
        var machine = Connect(outbox, Small);
        machine.Received(Welcome(outbox, 0));

        var acts = machine.Received(Acknowledged(4));

        Assert.Equal([new SyncAct.End("acknowledged-never-sent")], acts);
        Assert.False(SyncCode.StopsSelling("acknowledged-never-sent"));
    }

    [Theory]
    [InlineData("terminal-revoked", true)]
    [InlineData("terminal-unknown", true)]
    [InlineData("protocol-version", true)]
    [InlineData("chain-broken", false)]
    [InlineData("server-stopping", false)]
    public void A_refusal_ends_the_stream_and_only_some_stop_selling(string code, bool stops)
    {
        var machine = Connect(new ListOutbox(1), Small);

        var acts = machine.Received(new ServerMessage { Refusal = new Refusal { Code = code } });

        Assert.Equal([new SyncAct.End(code)], acts);
        Assert.Equal(stops, SyncCode.StopsSelling(code));
        Assert.Empty(machine.JournalGrew());
    }

    [Fact]
    public void A_batch_is_cut_by_bytes_but_a_large_entry_still_goes()
    {
        var outbox = new ListOutbox(3) { BodyLength = 600 };
        var machine = Connect(outbox, Small);

        var acts = machine.Received(Welcome(outbox, 0));

        Assert.Equal([1, 1, 1], Sent(acts).Select(m => m.Batch.Entries.Count));
        Assert.Equal([1, 2, 3], Sequences(acts));
    }

    [Fact]
    public void No_more_than_the_window_is_on_its_way()
    {
        var outbox = new ListOutbox(9);
        var machine = Connect(outbox, Small);

        Assert.Equal([1, 2, 3, 4], Sequences(machine.Received(Welcome(outbox, 0))));
        Assert.Empty(machine.JournalGrew());
        Assert.Equal([5], Sequences(machine.Received(Acknowledged(1))));
        Assert.Equal([6, 7, 8, 9], Sequences(machine.Received(Acknowledged(5))));
    }

    [Fact]
    public void A_journal_that_grows_is_sent_once()
    {
        var outbox = new ListOutbox(1);
        var machine = Connect(outbox, Small);
        machine.Received(Welcome(outbox, 1));

        outbox.Append();

        Assert.Equal([2], Sequences(machine.JournalGrew()));
        Assert.Empty(machine.JournalGrew());
    }

    [Fact]
    public void Nothing_is_sent_before_the_welcome()
    {
        var machine = Connect(new ListOutbox(2), Small);

        Assert.Empty(machine.JournalGrew());
        Assert.Empty(machine.HeartbeatDue(new Heartbeat()));
        Assert.Equal([new SyncAct.End("message-out-of-turn")], machine.Received(Acknowledged(1)));
    }

    [Fact]
    public void A_server_that_does_not_answer_hello_in_time_is_left()
    {
        var outbox = new ListOutbox(1);
        var silent = Connect(outbox, Small);
        var answering = Connect(outbox, Small);
        answering.Received(Welcome(outbox, 1));

        Assert.Equal([new SyncAct.End("no-answer")], silent.AnswerDue());
        Assert.Empty(answering.AnswerDue());
    }

    [Fact]
    public void The_feed_is_handed_on_as_it_came()
    {
        var outbox = new ListOutbox(0);
        var machine = Connect(outbox, Small);
        machine.Received(Welcome(outbox, 0));
        var feed = new FeedBatch { Items = { new FeedItem { Position = 5 } } };

        var acts = machine.Received(new ServerMessage { Feed = feed });

        Assert.Equal([new SyncAct.Apply(feed)], acts);
    }

    [Fact]
    public void A_server_that_lacks_what_is_not_kept_any_more_ends_the_stream_and_stops_no_sale()
    {
        var machine = Connect(new ListOutbox(9) { Base = 5 }, Small);

        var acts = machine.Received(Welcome(new ListOutbox(9), 4));

        Assert.Equal([new SyncAct.End("journal-compacted")], acts);
        Assert.False(SyncCode.StopsSelling("journal-compacted"));
        Assert.Empty(machine.JournalGrew());
    }

    [Fact]
    public void A_server_that_has_just_what_is_not_kept_any_more_is_sent_the_rest()
    {
        var outbox = new ListOutbox(9) { Base = 5 };

        var acts = Connect(outbox, Small).Received(Welcome(outbox, 5));

        Assert.Equal(new SyncAct.Acknowledge(5), acts[0]);
        Assert.Equal(6, Sequences(acts).First());
    }

    private static SyncMachine Connect(ListOutbox outbox, SyncLimits limits)
    {
        var machine = new SyncMachine(outbox, limits);
        machine.Connected(0, 0, "1.0");
        return machine;
    }

    private static ServerMessage Welcome(ListOutbox outbox, uint through) =>
        new() { Welcome = new Welcome { DurableThrough = through, DurableHash = outbox.HashOf(through) } };

    private static ServerMessage Acknowledged(uint through) =>
        new() { Acknowledgement = new Acknowledgement { Through = through } };

    private static IEnumerable<TerminalMessage> Sent(IEnumerable<SyncAct> acts) =>
        acts.OfType<SyncAct.Send>().Select(s => s.Message);

    private static IEnumerable<int> Sequences(IEnumerable<SyncAct> acts) =>
        Sent(acts).SelectMany(m => m.Batch.Entries).Select(e => (int)e.Sequence);

    /// <summary>A journal of empty entries.</summary>
    private sealed class ListOutbox : IOutbox
    {
        public ListOutbox(uint head) => Head = head;

        public uint Head { get; private set; }

        public int BodyLength { get; init; } = 10;

        public void Append() => Head++;

        /// <summary>What comes up to here is not kept any more.</summary>
        public uint Base { get; init; }

        public ByteString? HashOf(uint sequence) => sequence < Base ? null : HashAt(sequence);

        private static ByteString HashAt(uint sequence) => sequence == 0
            ? ByteString.CopyFrom(new byte[32])
            : ByteString.CopyFrom(SHA256.HashData(BitConverter.GetBytes(sequence)));

        public IReadOnlyList<JournalEntry> Entries(uint after, int most, int bytesMost)
        {
            var count = (int)Math.Min(Head - after, Math.Min(most, Math.Max(1, bytesMost / BodyLength)));
            return [.. Enumerable.Range((int)after + 1, count).Select(i => new JournalEntry
            {
                Sequence = (uint)i, Body = ByteString.CopyFrom(new byte[BodyLength]),
                ChainHash = HashAt((uint)i),
            })];
        }
    }
}
