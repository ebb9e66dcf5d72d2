using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>Points on a supervisor's word.</summary>
public sealed class AdjustmentTests : IDisposable
{
    private readonly Chain _chain = new();
    private readonly Shop _shop;
    private readonly SimulatedCard _card;

    public AdjustmentTests()
    {
        _shop = new Shop(_chain);
        _card = _chain.Issue();
        Allow(most: 100, dayMost: 150);
    }

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void Points_go_to_the_card_and_the_intent_says_who_answers_for_them()
    {
        var result = Assert.IsType<CheckoutState.Completed>(Adjust(60)).Result;

        Assert.Equal(
            (LogKind.Adjustment, 60, 0, 0L, 60),
            (result.Kind, result.Earned, result.Redeemed, result.DueMinor, result.BalanceAfter));
        Assert.Equal(60, _card.Look().Points);
        var intent = _shop.Entries[^2].Intent;
        Assert.Equal((7u, "goodwill", "Vera"), (intent.Kind, intent.Reason, intent.Supervisor));
        Assert.Equal(20, Assert.IsType<CheckoutState.Completed>(Adjust(-40)).Result.BalanceAfter);
    }

    [Fact]
    public void No_more_than_the_limits_at_once_and_in_a_day_both_ways_counted()
    {
        Assert.Equal(DeclineReason.AdjustmentLimit, Declined(101));
        Assert.IsType<CheckoutState.Completed>(Adjust(100));
        Assert.Equal(DeclineReason.AdjustmentLimit, Declined(-51));
        Assert.IsType<CheckoutState.Completed>(Adjust(-50));
        _shop.Restart();
        Assert.Equal(DeclineReason.AdjustmentLimit, Declined(1));

        _chain.Clock.Advance(TimeSpan.FromDays(1));
        Assert.IsType<CheckoutState.Completed>(Adjust(1));
    }

    [Fact]
    public void A_doubt_counts_against_the_day_until_it_is_known_not_to_have_happened()
    {
        var checkout = _shop.Post(Order(100));
        _card.Tear(9, TearMoment.Before);
        _shop.Present(_card);
        Assert.IsType<CheckoutState.InDoubt>(_shop.StateOf(checkout));
        Assert.Equal(100, AdjustedToday);

        _shop.Present(_card);

        Assert.IsType<CheckoutState.Completed>(_shop.StateOf(checkout));
        Assert.Equal(100, AdjustedToday);
    }

    [Fact]
    public void All_of_it_or_nothing()
    {
        Assert.IsType<CheckoutState.Completed>(Adjust(10));

        Assert.Equal(DeclineReason.AdjustmentBalance, Declined(-11));
        Assert.Equal(10, _card.Look().Points);
    }

    [Fact]
    public void A_terminal_whose_limits_do_not_speak_of_it_adjusts_nothing()
    {
        _shop.Hear(Chain.LimitsItem(_shop.Number, Chain.Limits));

        Assert.Equal(DeclineReason.AdjustmentLimit, Declined(1));
    }

    private long AdjustedToday =>
        _shop.Till.Journal.AdjustedSince(_chain.Clock.GetUtcNow() - TimeSpan.FromHours(12));

    private void Allow(int most, int dayMost) => _shop.Hear(Chain.LimitsItem(
        _shop.Number, Chain.Limits with { AdjustmentMost = most, AdjustmentDayMost = dayMost }));

    private static Order.Adjustment Order(int points) => new(points, "goodwill", "Vera");

    private CheckoutState Adjust(int points)
    {
        var checkout = _shop.Post(Order(points));
        _shop.Present(_card);
        return _shop.StateOf(checkout);
    }

    private DeclineReason Declined(int points) =>
        Assert.IsType<CheckoutState.Declined>(Adjust(points)).Reason;
}
