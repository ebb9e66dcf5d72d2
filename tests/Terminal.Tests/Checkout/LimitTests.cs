using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>What a terminal lets redeem without asking headquarters.</summary>
public class LimitTests
{
    private readonly Chain _chain = new();

    [Fact]
    public void One_operation_redeems_no_more_than_its_limit_and_says_so()
    {
        using var shop = Shop(limits => limits with { OperationMost = 40 });
        var card = CardWith(shop, points: 100);

        Assert.Equal((40, RedemptionLimit.OfflineOperation), Redeem(shop, card, 60));
        Assert.Equal((40, null), Redeem(shop, card, 40));
    }

    [Fact]
    public void A_card_redeems_no_more_than_its_limit_until_headquarters_has_acknowledged_it()
    {
        using var shop = Shop(limits => limits with { CardMost = 50 });
        var card = CardWith(shop, points: 100);

        Assert.Equal((30, null), Redeem(shop, card, 30));
        Assert.Equal((20, RedemptionLimit.OfflineCard), Redeem(shop, card, 30));
        Assert.Equal((0, RedemptionLimit.OfflineCard), Redeem(shop, card, 30));
        shop.Hear(new FeedItem { Card = Chain.ItemOf(1, card.Look().Tmc!.Value, card.Look().Points!.Value) });
        Assert.Equal((30, null), Redeem(shop, card, 30));
    }

    [Fact]
    public void A_card_that_was_used_too_often_without_headquarters_earns_on_and_redeems_nothing()
    {
        using var shop = Shop(limits => limits with { CardOperationsMost = 3 });
        var card = CardWith(shop, points: 100);
        shop.Sell(card, 1_00);
        shop.Sell(card, 1_00);

        Assert.Equal((0, RedemptionLimit.OfflineCard), Redeem(shop, card, 30));
        Assert.Equal(103, card.Look().Points);
    }

    [Fact]
    public void A_terminal_lets_redeem_no_more_than_its_limit_in_one_day_of_its_store()
    {
        using var shop = Shop(limits => limits with { DayMost = 70 });
        var card = CardWith(shop, points: 200);

        Assert.Equal((60, null), Redeem(shop, card, 60));
        shop.Restart();
        Assert.Equal((10, RedemptionLimit.OfflineDay), Redeem(shop, card, 60));
        Assert.Equal((0, RedemptionLimit.OfflineDay), Redeem(shop, card, 60));
        _chain.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal((60, null), Redeem(shop, card, 60));
    }

    [Fact]
    public void A_clock_that_goes_back_does_not_open_another_day()
    {
        using var shop = Shop(limits => limits with { DayMost = 70 });
        var card = CardWith(shop, points: 200);
        _chain.Clock.Advance(TimeSpan.FromDays(2));
        Redeem(shop, card, 70);

        _chain.Clock.AdjustTime(_chain.Clock.GetUtcNow().AddDays(-1));
        Assert.Equal((0, RedemptionLimit.OfflineDay), Redeem(shop, card, 60));
        _chain.Clock.AdjustTime(_chain.Clock.GetUtcNow().AddDays(-30));
        Assert.Equal((0, RedemptionLimit.ReplicaOld), Redeem(shop, card, 60));
    }

    /// <summary>Midnight comes twice in the Azores when summer ends.</summary>
    [Fact]
    public void Where_midnight_comes_twice_the_day_begins_with_the_first()
    {
        _chain.Clock.AdjustTime(new DateTimeOffset(2026, 10, 25, 0, 10, 0, TimeSpan.Zero));
        using var shop = new Shop(_chain, zone: "Atlantic/Azores");
        shop.Hear(Chain.LimitsItem(1, Chain.Limits with { Version = 2, DayMost = 70 }));
        var card = CardWith(shop, points: 200);

        Assert.Equal((70, null), Redeem(shop, card, 70));
        _chain.Clock.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal((0, RedemptionLimit.OfflineDay), Redeem(shop, card, 70));
    }

    [Fact]
    public void A_clock_that_jumps_ahead_and_back_makes_nothing_forgotten()
    {
        using var shop = Shop(limits => limits with { DayMost = 70, ReplicaHoursMost = 24 * 366 });
        var card = CardWith(shop, points: 200);
        Redeem(shop, card, 60);

        _chain.Clock.AdjustTime(_chain.Clock.GetUtcNow().AddDays(300));
        Redeem(shop, card, 5);
        _chain.Clock.AdjustTime(_chain.Clock.GetUtcNow().AddDays(-300));

        Assert.Equal((5, RedemptionLimit.OfflineDay), Redeem(shop, card, 60));
    }

    [Theory]
    [InlineData(TearMoment.Before, 50)]
    [InlineData(TearMoment.After, 10)]
    public void What_is_in_doubt_counts_until_the_card_says_that_it_did_not_happen(
        TearMoment moment, int left)
    {
        using var shop = Shop(limits => limits with { DayMost = 50 });
        var card = CardWith(shop, points: 100);
        shop.Hear(new FeedItem { Card = Chain.ItemOf(2) });
        var other = CardWith(shop, points: 100, number: 2);
        var doubt = shop.Post(20_00, redeem: 40);
        card.Tear(exchange: 10, moment);
        shop.Present(card);
        shop.Till.Desk.Cancel(doubt.Id);

        Assert.Equal((10, RedemptionLimit.OfflineDay), Redeem(shop, other, 20));
        shop.Present(card);
        Assert.Equal(left - 10, Redeem(shop, other, 50).Points);
    }

    // Headquarters says so of a copy: the book has another transaction in its place.
    [Fact]
    public void What_the_terminal_saw_happen_counts_whatever_headquarters_says_of_it()
    {
        using var shop = Shop(limits => limits with { DayMost = 50 });
        var card = CardWith(shop, points: 100);
        shop.Post(20_00, redeem: 40);
        card.Tear(exchange: 10, TearMoment.After);
        shop.Present(card);
        shop.Present(card);
        var intent = shop.Till.Journal.Head.Sequence - 2;

        shop.Hear(new FeedItem
        {
            DoubtClosed = new DoubtClosedItem { Terminal = 1, IntentSequence = intent, Happened = false },
        });

        Assert.Equal((10, RedemptionLimit.OfflineDay), Redeem(shop, card, 20));
    }

    [Fact]
    public void A_card_that_the_terminal_does_not_know_has_a_limit_of_its_own()
    {
        using var shop = Shop(limits => limits with { StrangerMost = 15 });
        using var elsewhere = new Shop(_chain, 2, cards: [3]);
        var stranger = CardWith(elsewhere, points: 100, number: 3);

        Assert.Equal((15, RedemptionLimit.OfflineStranger), Redeem(shop, stranger, 60));
    }

    [Fact]
    public void A_terminal_that_has_not_heard_from_headquarters_for_too_long_lets_nobody_redeem()
    {
        using var shop = Shop(limits => limits with { ReplicaHoursMost = 72 });
        var card = CardWith(shop, points: 100);

        _chain.Clock.Advance(TimeSpan.FromHours(72));
        Assert.Equal((10, null), Redeem(shop, card, 10));
        _chain.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((0, RedemptionLimit.ReplicaOld), Redeem(shop, card, 10));
        shop.Restart();
        Assert.Equal((0, RedemptionLimit.ReplicaOld), Redeem(shop, card, 10));
        shop.Till.Take(new FeedBatch { AsOfUs = _chain.Microseconds });
        Assert.Equal((10, null), Redeem(shop, card, 10));
    }

    [Fact]
    public void Another_terminals_limits_are_not_taken()
    {
        using var shop = Shop(limits => limits with { OperationMost = 40 });
        var card = CardWith(shop, points: 100);

        shop.Hear(Chain.LimitsItem(2, Chain.Limits with { Version = 9 }));

        Assert.Equal((40, RedemptionLimit.OfflineOperation), Redeem(shop, card, 60));
        var swapped = Chain.LimitsItem(2, Chain.Limits with { Version = 9 });
        swapped.Limits.Terminal = 1;
        Assert.Throws<FormatException>(() => shop.Hear(swapped));
    }

    [Fact]
    public void A_terminal_without_limits_lets_nobody_redeem()
    {
        using var shop = new Shop(_chain);
        var card = CardWith(shop, points: 100);
        shop.Till.Database.Durably(c => c.Run("DELETE FROM limits"));
        shop.Restart();

        Assert.Equal((0, RedemptionLimit.NoLimits), Redeem(shop, card, 10));
    }

    private Shop Shop(Func<Limits, Limits> limits)
    {
        var shop = new Shop(_chain);
        shop.Hear(Chain.LimitsItem(1, limits(Chain.Limits) with { Version = 2 }));
        return shop;
    }

    private SimulatedCard CardWith(Shop shop, int points, ushort number = 1)
    {
        var card = _chain.Issue(number);
        shop.Sell(card, points * 100);
        return card;
    }

    // A purchase of 99 cents more than the points pay earns nothing.
    private static (int Points, RedemptionLimit? Limit) Redeem(Shop shop, SimulatedCard card, int points)
    {
        var state = Assert.IsType<CheckoutState.Completed>(shop.Sell(card, points + 99, points));
        return (state.Result.Redeemed, state.Result.RedemptionLimit);
    }
}
