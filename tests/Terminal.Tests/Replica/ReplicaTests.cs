using Google.Protobuf;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

public sealed class ReplicaTests : IDisposable
{
    private readonly Shop _shop = new(new Chain());

    private Replica Replica => _shop.Till.Replica;

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_batch_and_its_cursor_survive_a_restart_together()
    {
        _shop.Till.Take(Batch(
            new FeedItem { Position = 70, Card = Chain.ItemOf(8, acknowledged: 5, balance: 33) },
            new FeedItem { Position = 71, CardAction = Action(8, 4, 10) }));

        _shop.Restart();

        Assert.Equal(71ul, Replica.Cursor);
        var known = Replica.Find(Chain.UidOf(8));
        Assert.Equal((5u, 33), (known?.Item.AcknowledgedCounter, known?.Item.AcknowledgedBalance));
        Assert.Equal([new CardAction(4, 10)], known?.Pending);
        Assert.Equal(1, Replica.Current?.Version);
        Assert.Null(Replica.Find(Chain.UidOf(9)));
    }

    [Fact]
    public void A_later_item_replaces_the_earlier_one_and_twice_is_once()
    {
        var batch = Batch(
            new FeedItem { Position = 70, CardAction = Action(1, 1, 10) },
            new FeedItem { Position = 71, CardAction = Action(1, 1, 25) });

        _shop.Till.Take(batch);
        _shop.Till.Take(batch);

        Assert.Equal([new CardAction(1, 25)], Replica.Find(Chain.UidOf(1))?.Pending);
    }

    [Fact]
    public void Actions_that_headquarters_saw_applied_are_forgotten()
    {
        var applied = Chain.ItemOf(1, acknowledged: 2);
        applied.LastCardAction = 1;

        _shop.Till.Take(Batch(
            new FeedItem { Position = 70, CardAction = Action(1, 1, 10) },
            new FeedItem { Position = 71, CardAction = Action(1, 2, 20) },
            new FeedItem { Position = 72, Card = applied }));

        Assert.Equal([new CardAction(2, 20)], Replica.Find(Chain.UidOf(1))?.Pending);
    }

    [Fact]
    public void The_highest_version_of_the_rules_is_in_force_and_older_ones_are_kept()
    {
        var newer = Chain.Rules with { Version = 3, Rules = [] };
        var older = Chain.Rules with { Version = 2 };

        _shop.Till.Take(Batch(Rules(70, newer), Rules(71, older)));

        Assert.Equal(newer.ToDocument(), Replica.Current?.ToDocument());
        Assert.Equal(
            older.ToDocument(),
            Replica.Rules(new Intent { Context = new SaleContext { RuleSetVersion = 2 } }).ToDocument());
    }

    [Fact]
    public void An_unreadable_item_stores_nothing_of_its_batch_and_leaves_the_terminal_selling()
    {
        var broken = new FeedItem
        {
            Position = 71,
            RuleSet = new RuleSetItem { Version = 2, Document = ByteString.CopyFromUtf8("{}") },
        };
        var before = Replica.Cursor;

        Assert.Throws<FormatException>(() => _shop.Till.Take(Batch(
            new FeedItem { Position = 70, Card = Chain.ItemOf(8) }, broken)));

        Assert.Equal(before, Replica.Cursor);
        Assert.Null(Replica.Find(Chain.UidOf(8)));
        Assert.IsType<CheckoutState.Completed>(_shop.Sell(_shop.Chain.Issue(), 100));
    }

    private static FeedBatch Batch(params FeedItem[] items) => new() { Items = { items } };

    private static FeedItem Rules(ulong position, Loyalty.Programme.RuleSet rules) => new()
    {
        Position = position,
        RuleSet = new RuleSetItem
        {
            Version = (uint)rules.Version,
            Document = ByteString.CopyFrom(rules.ToDocument()),
        },
    };

    private static CardActionItem Action(ushort card, uint number, int points) => new()
    {
        Uid = Chain.ItemOf(card).Card.Uid,
        Generation = 1,
        Number = number,
        Points = points,
        Reason = "test",
    };
}
