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
    public void What_headquarters_told_of_its_audit_log_is_kept_until_it_tells_of_more()
    {
        Tell(5, hash: 1);
        _shop.Restart();
        // A log that was cut, and one that was written anew.
        Tell(4, hash: 2);
        Tell(5, hash: 2);

        Assert.Equal(Head(5, hash: 1), Replica.AuditHead);

        Tell(6, hash: 3);
        Assert.Equal(Head(6, hash: 3), Replica.AuditHead);
        // A backup was restored, as the log says.
        Tell(4, hash: 4, restored: 4);
        _shop.Restart();
        Assert.Equal(Head(4, hash: 4, restored: 4), Replica.AuditHead);
        _shop.Till.Take(new FeedBatch { AsOfUs = 1 });
        Assert.Equal(Head(4, hash: 4, restored: 4), Replica.AuditHead);
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
    public void An_actions_tier_is_kept_and_one_that_no_card_can_have_is_not()
    {
        var action = Action(1, 1, 0);
        action.Tier = 0;
        var impossible = Action(1, 2, 0);
        impossible.Tier = 256;

        _shop.Till.Take(Batch(new FeedItem { Position = 70, CardAction = action }));

        Assert.Equal([new CardAction(1, 0, Tier: 0)], Replica.Find(Chain.UidOf(1))?.Pending);
        Assert.Throws<FormatException>(() =>
            _shop.Till.Take(Batch(new FeedItem { Position = 71, CardAction = impossible })));
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
    public void What_is_for_others_is_passed_over()
    {
        Replica.Apply(new FeedBatch { Through = 99, AsOfUs = 5 });

        Assert.Equal(99ul, Replica.Cursor);
    }

    [Fact]
    public void What_is_told_ahead_of_its_turn_is_in_force_and_moves_no_cursor()
    {
        var batch = Batch(new FeedItem { Position = 70, Card = Chain.ItemOf(8) });
        batch.Ahead.Add(Rules(90, Chain.Rules with { Version = 4 }));

        _shop.Till.Take(batch);

        Assert.Equal((4, 70ul), (Replica.Current?.Version, Replica.Cursor));
    }

    [Fact]
    public void An_unreadable_item_stores_nothing_of_its_batch_and_leaves_the_terminal_selling()
    {
        var broken = new FeedItem
        {
            Position = 71,
            RuleSet = Chain.RuleSetItem("{}"u8.ToArray()),
        };
        var before = Replica.Cursor;

        Assert.Throws<FormatException>(() => _shop.Till.Take(Batch(
            new FeedItem { Position = 70, Card = Chain.ItemOf(8) }, broken)));

        Assert.Equal(before, Replica.Cursor);
        Assert.Null(Replica.Find(Chain.UidOf(8)));
        Assert.IsType<CheckoutState.Completed>(_shop.Sell(_shop.Chain.Issue(), 100));
    }

    [Fact]
    public void Rules_and_limits_that_headquarters_did_not_sign_store_nothing_of_their_batch()
    {
        var rules = Rules(71, Chain.Rules with { Version = 2, Rules = [] });
        rules.RuleSet.Document = ByteString.CopyFrom((Chain.Rules with { Version = 3 }).ToDocument());
        var limits = Chain.LimitsItem(_shop.Number, Chain.Limits);
        limits.Limits.Signature = ByteString.Empty;
        var card = new FeedItem { Position = 70, Card = Chain.ItemOf(8) };

        Assert.Throws<FormatException>(() => _shop.Till.Take(Batch(card, rules)));
        Assert.Throws<FormatException>(() => _shop.Till.Take(Batch(card, limits)));

        Assert.Equal(1, Replica.Current?.Version);
        Assert.Null(Replica.Find(Chain.UidOf(8)));
    }

    [Theory]
    [InlineData("UPDATE rule_set SET document = CAST(replace(document, ':100', ':101') AS BLOB)")]
    [InlineData("UPDATE rule_set SET signature = NULL")]
    public void Rules_changed_on_the_disk_are_not_used_and_the_feed_is_asked_for_again(string change)
    {
        _shop.Till.Take(Batch(Rules(70, Chain.Rules)));
        _shop.Till.Database.Lazily(c => Assert.Equal(1, c.Run(change)));

        _shop.Restart();

        Assert.Null(Replica.Current);
        Assert.Equal(0ul, Replica.Cursor);
        Assert.IsType<CheckoutState.Declined>(_shop.Sell(_shop.Chain.Issue(), 100));
        _shop.Till.Take(Batch(Rules(70, Chain.Rules)));
        Assert.IsType<CheckoutState.Completed>(_shop.Sell(_shop.Chain.Issue(2), 100));
    }

    [Fact]
    public void Limits_changed_on_the_disk_are_not_used()
    {
        _shop.Till.Take(Batch(Chain.LimitsItem(_shop.Number, Chain.Limits)));
        Assert.NotNull(Replica.Limits);
        _shop.Till.Database.Lazily(c => Assert.Equal(
            1, c.Run("UPDATE limits SET document = CAST(replace(document, ':255', ':254') AS BLOB)")));

        _shop.Restart();

        Assert.Null(Replica.Limits);
    }

    private static FeedBatch Batch(params FeedItem[] items) => new() { Items = { items } };

    private static FeedItem Rules(ulong position, Loyalty.Programme.RuleSet rules) => new()
    {
        Position = position,
        RuleSet = Chain.RuleSetItem(rules.ToDocument()),
    };

    private void Tell(ulong number, byte hash, ulong restored = 0) =>
        _shop.Till.Take(new FeedBatch { AuditHead = Head(number, hash, restored) });

    private static AuditHead Head(ulong number, byte hash, ulong restored = 0) => new()
    {
        Number = number,
        Hash = ByteString.CopyFrom([.. Enumerable.Repeat(hash, 32)]),
        Restored = restored,
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
