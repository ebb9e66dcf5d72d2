using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Sync;

/// <summary>The conversation of docs/sync.md from the server's side, without a network; ExchangeTests has its
/// refusals.</summary>
public sealed class ExchangeMachineTests : IClassFixture<SqliteEngine>, IDisposable
{
    private readonly Headquarters _hq;
    private readonly TerminalWatch _watch;
    private readonly TestJournal _journal = new();

    public ExchangeMachineTests(SqliteEngine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _watch = new TerminalWatch(_hq.Clock);
        foreach (var sequence in Enumerable.Range(1, 3))
            _journal.Add(new EntryBody { RecordedAtUs = sequence });
    }

    public void Dispose() => _hq.Dispose();

    [Fact]
    public void A_terminal_reports_is_acknowledged_and_welcomed_there_the_next_time()
    {
        var machine = Begun();

        var delivery = machine.Received(Batch(0, 2));

        Assert.NotNull(delivery);
        _hq.Intake.Take([delivery]);
        Assert.Equal(2u, ExchangeMachine.Acknowledgement(delivery).Acknowledgement.Through);
        var welcome = New().Begin(Hello()).Welcome;
        Assert.Equal((2u, _journal.Entries[1].ChainHash), (welcome.DurableThrough, welcome.DurableHash));
    }

    [Fact]
    public void What_follows_may_come_before_what_this_stream_has_brought_is_taken()
    {
        var machine = Begun();
        machine.Received(Batch(0, 2));

        var next = machine.Received(Batch(2, 1));

        Assert.Equal(3u, next?.Entries[0].Sequence);
    }

    [Fact]
    public void What_another_stream_has_brought_does_not_count_as_there_until_it_is_taken()
    {
        Begun().Received(Batch(0, 2));

        var refused = Assert.Throws<RefusedException>(() => Begun().Received(Batch(2, 1)));

        Assert.Equal("batch-out-of-order", refused.Code);
    }

    [Theory]
    [InlineData(1000ul)]
    [InlineData(ulong.MaxValue)]
    public void A_terminal_that_has_read_further_than_the_feed_goes_reads_all_of_it_again(ulong cursor)
    {
        var hello = Hello();
        hello.Hello.FeedCursor = cursor;
        var machine = New();

        machine.Begin(hello);

        Assert.Equal(_hq.FeedFor(1).Items, machine.NextFeed()?.Feed.Items);
        Assert.Null(machine.NextFeed());
    }

    [Fact]
    public void A_terminal_reads_on_after_a_restart_and_is_told_the_epoch()
    {
        var hello = Hello(feedCursor: _hq.Database.Read(Feed.Head));
        _hq.Restart(epoch: 2);
        _hq.Enrol(1, store: 1);
        _hq.Issue(1, terminal: 1);
        var machine = New();

        machine.Begin(hello);

        var told = machine.NextFeed()!.Feed;
        Assert.Equal((false, 0x0202020202020202), (told.FromStart, told.Epoch));
        Assert.NotNull(Assert.Single(told.Items).Card);
    }

    [Fact]
    public void A_terminal_that_read_what_a_restored_book_lost_reads_all_of_it_again()
    {
        var hello = Hello(feedCursor: 2);
        _hq.Restart(epoch: 2);
        _hq.Enrol(1, store: 1);
        _hq.Issue(1, terminal: 1);
        Assert.True(_hq.Database.Read(Feed.Head) >= 2);
        var machine = New();

        machine.Begin(hello);

        var told = machine.NextFeed()!.Feed;
        Assert.Equal((true, 1ul), (told.FromStart, told.Items[0].Position));
    }

    [Fact]
    public void A_heartbeat_takes_nothing_and_is_watched()
    {
        var heartbeat = new Heartbeat
        {
            OpenDoubts = 2,
            RuleSetVersion = 1,
            FeedCursor = 1,
            StoppedBecause = "tamper",
            HoldsKeys = true,
        };

        Assert.Null(Begun().Received(new TerminalMessage { Heartbeat = heartbeat }));

        var expected = new TerminalState(_hq.Clock.GetUtcNow(), 2, 1, 1)
        {
            StoppedBecause = "tamper",
            HoldsKeys = true,
            JournalHead = 3,
        };
        Assert.Equal(expected, _watch.Of(1));
    }

    [Fact]
    public void A_terminal_is_up_to_date_once_it_says_that_it_has_all_there_is()
    {
        _hq.Issue(1, terminal: 1);
        var machine = Begun();
        var through = machine.NextFeed()!.Feed.Through;

        machine.Received(new TerminalMessage { Heartbeat = new Heartbeat { FeedCursor = through - 1 } });
        machine.StillAll();
        Assert.Null(_watch.Of(1)!.CurrentAt);
        machine.Received(new TerminalMessage { Heartbeat = new Heartbeat { FeedCursor = through } });
        machine.StillAll();
        var then = _hq.Clock.GetUtcNow();
        _hq.Clock.Advance(TimeSpan.FromMinutes(1));
        machine.Received(new TerminalMessage { Heartbeat = new Heartbeat { FeedCursor = through } });
        Assert.Equal(then, _watch.Of(1)!.CurrentAt);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<b>tamper</b>")]
    [InlineData("a-code-that-is-longer-than-any-of-ours")]
    public void A_reason_that_is_no_code_is_not_shown_to_anybody(string reason)
    {
        _watch.Heard(1, new Heartbeat { StoppedBecause = reason });

        Assert.Null(_watch.Of(1)?.StoppedBecause);
    }

    [Fact]
    public void The_feed_goes_on_after_the_terminals_cursor_and_each_change_is_sent_once()
    {
        var fresh = Begun();
        var upToDate = Begun(feedCursor: 1);

        Assert.Equal([1ul], fresh.NextFeed()?.Feed.Items.Select(item => item.Position));
        Assert.Null(fresh.NextFeed());
        Assert.Null(upToDate.NextFeed());

        _hq.Enrol(1, store: 1);
        _hq.Issue(1, terminal: 1);
        var newest = _hq.Database.Read(Feed.Head);

        Assert.Equal([newest], fresh.NextFeed()?.Feed.Items.Select(item => item.Position));
        Assert.Equal([newest], upToDate.NextFeed()?.Feed.Items.Select(item => item.Position));
    }

    [Fact]
    public void A_heartbeat_is_answered_though_the_feed_has_gone_on_for_others()
    {
        _hq.Enrol(1, store: 1);
        _hq.Enrol(2, store: 2);
        var machine = Begun();
        machine.NextFeed();
        _hq.Issue(1, terminal: 2);

        var (word, head) = (machine.StillAll()?.Feed, _hq.Database.Read(Feed.Head));
        _hq.Issue(2, terminal: 1);

        Assert.Equal(head, word?.Through);
        Assert.Null(machine.StillAll());
        Assert.Single(machine.NextFeed()!.Feed.Items);
    }

    [Fact]
    public void A_new_terminal_hears_first_by_what_it_decides()
    {
        _hq.Database.Write(db =>
        {
            for (var card = 0; card < ExchangeMachine.FeedItemsMost; card++)
            {
                Feed.Publish(
                    db, $"hotlist:{card}", new FeedItem { Hotlist = new HotlistItem() }, Audience.Everybody);
            }
        });
        var rules = new ProgrammeBook(_hq.Database, _hq.Secrets, _hq.Clock)
            .Publish(ProgrammeBook.FirstRules, "test");
        var limits = new FeedItem { Limits = new LimitsItem() };
        foreach (var terminal in new[] { 1, 2 })
        {
            _hq.Database.Write(
                db => Feed.Publish(db, $"limits:{terminal}", limits, Audience.Only(terminal)));
        }

        var machine = Begun();

        var first = machine.NextFeed()!.Feed;
        var second = machine.NextFeed()!.Feed;

        Assert.Equal([true, false], first.Ahead.Select(item => item.RuleSet is not null));
        Assert.Equal((uint)rules.Version, first.Ahead[0].RuleSet.Version);
        Assert.Equal(ExchangeMachine.FeedItemsMost, first.Items.Count);
        Assert.Empty(second.Ahead);
        Assert.Equal(first.Ahead, second.Items.Skip(1));
    }

    [Fact]
    public void What_is_for_others_moves_the_cursor_and_the_first_word_is_still_the_start()
    {
        _hq.Database.Write(db => db.Run("DELETE FROM feed"));
        _hq.Enrol(1, store: 1);
        _hq.Enrol(2, store: 2);
        _hq.Issue(1, terminal: 2);
        var machine = Begun();

        Assert.Null(machine.NextFeed());
        var word = machine.StillAll()!.Feed;
        var again = machine.StillAll()!.Feed;

        Assert.Equal((true, false), (word.FromStart, again.FromStart));
        Assert.Equal(_hq.Database.Read(Feed.Head), word.Through);
        Assert.True(machine.HasAllOfFeed);
        Assert.NotEqual(0, word.AsOfUs);
    }

    private ExchangeMachine New() => new(1, _hq.Database, _watch, _hq.Clock);

    private ExchangeMachine Begun(ulong feedCursor = 0)
    {
        var machine = New();
        machine.Begin(Hello(feedCursor));
        return machine;
    }

    private TerminalMessage Hello(ulong feedCursor = 0) => new()
    {
        Hello = new Hello
        {
            ProtocolVersion = 1,
            HeadSequence = (uint)_journal.Entries.Count,
            HeadHash = _journal.Entries[^1].ChainHash,
            FeedEpoch = _hq.Database.Read(FeedEpoch.Current),
            FeedCursor = feedCursor,
        },
    };

    private TerminalMessage Batch(int skip, int count) =>
        new() { Batch = new EntryBatch { Entries = { _journal.Entries.Skip(skip).Take(count) } } };
}
