using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.SyncContract;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Server.Tests.Cards;

/// <summary>How cards are blocked and unblocked, and what terminals hear of it, on every engine.</summary>
public abstract class BlockContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly BlockBook _blocks;
    private readonly Chip _chip;

    protected BlockContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _blocks = new BlockBook(_hq.Database, _hq.Secrets, _hq.Clock);
        _chip = _hq.Issue(1);
    }

    private long Number => _hq.CardOf(_chip).Number;

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_blocked_card_is_on_the_hotlist_until_it_is_unblocked()
    {
        Assert.Empty(Listings());

        Assert.Null(_blocks.Block(Number, "stolen", "Grace"));
        Assert.Equal((CardStatus.Blocked, true), Told());
        Assert.Null(_blocks.Unblock(Number, "found", "Ada"));

        Assert.Equal((CardStatus.Active, false), Told());
        Assert.Single(Listings());
    }

    [Fact]
    public void Who_did_it_when_and_why_is_kept()
    {
        _blocks.Block(Number, "lost", " Grace ");
        _hq.Clock.Advance(TimeSpan.FromDays(1));
        _blocks.Unblock(Number, "mistake", "Ada");
        _blocks.Block(Number, "lost", "Ada");

        var history = _blocks.History(Number).Blocks;

        Assert.Equal(
            [(true, "lost", "Ada"), (false, "mistake", "Ada"), (true, "lost", "Grace")],
            history.Select(row => (row.Blocked, row.Reason, row.DoneBy)));
        Assert.Equal(
            TimeSpan.FromDays(1).Ticks / TimeSpan.TicksPerMicrosecond, history[0].DoneUs - history[2].DoneUs);
    }

    [Fact]
    public void What_cannot_be_done_is_refused_and_changes_nothing()
    {
        var planned = Chip.FromFactory(2);
        var plan = _hq.Plan(planned.Uid);
        var before = _hq.Feed();

        Assert.Equal("card-unknown", _blocks.Block(99, "lost", "Ada"));
        Assert.Equal("card-not-active", _blocks.Block(plan.Card.Number, "lost", "Ada"));
        Assert.Equal("not-blocked", _blocks.Unblock(Number, "found", "Ada"));
        Assert.Equal("reason-unknown", _blocks.Block(Number, "found", "Ada"));
        Assert.Equal("reason-unknown", _blocks.Unblock(Number, "lost", "Ada"));
        Assert.Equal("by-length", _blocks.Block(Number, "lost", " "));
        Assert.Equal("by-length", _blocks.Block(Number, "lost", new string('a', 65)));
        Assert.Equal(before, _hq.Feed());
        _blocks.Block(Number, "lost", "Ada");
        Assert.Equal("already-blocked", _blocks.Block(Number, "fraud", "Ada"));
        Assert.Single(_blocks.History(Number).Blocks);
    }

    [Fact]
    public void A_blocked_card_is_to_say_so_and_one_that_is_let_in_again_no_more()
    {
        _blocks.Block(Number, "stolen", "Grace");
        _blocks.Unblock(Number, "found", "Ada");
        _blocks.Block(Number, "lost", "Ada");

        Assert.Equal(
            [new CardAction(1, 0, Blocks: true), new(2, 0, Blocks: false), new(3, 0, Blocks: true)],
            _hq.Actions(_chip));
    }

    [Fact]
    public void A_card_that_was_told_is_no_exception_and_one_that_was_not_is()
    {
        var till = _hq.NewTill();
        till.Sell(_chip, new TestSale(30_00));
        _blocks.Block(Number, "lost", "Ada");
        till.Sell(_chip, Mark(_hq.Actions(_chip)));
        _hq.Sync(till);
        Assert.Empty(_hq.Open());
        _hq.AssertBalanced(_chip);

        _blocks.Unblock(Number, "found", "Ada");
        till.Sell(_chip, new TestSale(1_00)
        {
            Pending = _hq.Actions(_chip),
            Forge = record => record with { Blocked = true },
        });
        _hq.Sync(till);

        Assert.Equal(["rule-mismatch state"], _hq.Open());
    }

    [Fact]
    public void A_terminal_that_marks_a_card_for_nobody_is_caught()
    {
        var till = _hq.NewTill();
        till.Sell(_chip, new TestSale(0)
        {
            Forge = record => record with { Kind = LogKind.CardAction, Blocked = true },
        });

        _hq.Sync(till);

        Assert.Equal(["rule-mismatch state"], _hq.Open());
    }

    private static TestSale Mark(IReadOnlyList<CardAction> pending) => new(0)
    {
        Pending = pending,
        Forge = record => record with { Kind = LogKind.CardAction },
    };

    [Fact]
    public void A_refusal_that_a_terminal_reports_is_listed_and_no_exception()
    {
        var till = _hq.NewTill();
        till.Sell(_chip, new TestSale(1_00));
        _blocks.Block(Number, "lost", "Ada");
        var card = EntryBody.Parser.ParseFrom(till.Journal.Entries[0].Body).Intent.Card;
        till.Journal.Add(new EntryBody
        {
            RecordedAtUs = 77,
            Suspicion = new Suspicion { Card = card, Code = "card-blocked" },
        });

        _hq.Sync(till);
        _hq.Take(till, till.Journal.Entries[^1]);

        Assert.Empty(_hq.Open());
        var refused = Assert.Single(_blocks.History(Number).Refused);
        Assert.Equal((till.Number, 77), (refused.Terminal, refused.RecordedUs));
    }

    // What was bought before the block, or while it was on its way, is the member's all the same.
    [Fact]
    public void What_a_blocked_card_had_done_is_posted()
    {
        var till = _hq.NewTill();
        _blocks.Block(Number, "lost", "Ada");
        till.Sell(_chip, new TestSale(20_00));

        _hq.Sync(till);

        _hq.AssertBalanced(_chip);
        Assert.Equal((CardStatus.Blocked, true), Told());
    }

    private (CardStatus Status, bool Listed) Told() => (
        _hq.Feed().Last(item => item.Card is not null).Card.Status, Listings()[^1].Listed);

    private List<HotlistItem> Listings() =>
        [.. _hq.Feed().Select(item => item.Hotlist).OfType<HotlistItem>()];
}

public sealed class BlocksOnSqlite(SqliteEngine engine) : BlockContract(engine), IClassFixture<SqliteEngine>;

public sealed class BlocksOnPostgres(PostgresCluster cluster) : BlockContract(new PostgresEngine(cluster));
