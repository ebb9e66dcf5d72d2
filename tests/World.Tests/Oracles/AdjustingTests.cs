using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.World.Tests;

/// <summary>The reference model sees what no supervisor may have moved.</summary>
public sealed class AdjustingTests : IDisposable
{
    private readonly SmallChain _chain = new();

    public void Dispose() => _chain.Dispose();

    private int AtOnceMost => _chain.World.Office.LimitsOf(_chain.Terminal.Number).AdjustmentMost;

    private int DayMost => _chain.World.Office.LimitsOf(_chain.Terminal.Number).AdjustmentDayMost;

    [Fact]
    public void As_much_as_a_terminal_is_allowed_may_be_moved() => Commit(AtOnceMost, AtOnceMost);

    [Fact]
    public void More_must_not_be_moved_at_once() =>
        Assert.Equal("I9", SmallChain.Violated(() => Commit(AtOnceMost + 1, AtOnceMost + 1)));

    [Fact]
    public void More_must_not_be_moved_in_a_day()
    {
        for (var moved = 0; moved + AtOnceMost <= DayMost; moved += AtOnceMost)
            Commit(AtOnceMost, AtOnceMost);

        Assert.Equal("I9", SmallChain.Violated(() => Commit(AtOnceMost, AtOnceMost)));
    }

    [Fact]
    public void All_of_it_is_moved() =>
        Assert.Equal("I10", SmallChain.Violated(() => Commit(points: 8, earned: 7)));

    [Fact]
    public void More_than_a_card_holds_is_not_taken_off()
    {
        var more = -1 - _chain.Card.Points;

        Assert.Equal("I10", SmallChain.Violated(() => Commit(more, earned: 0, redeemed: -more)));
    }

    private void Commit(int points, int earned, int redeemed = 0)
    {
        var purchase = _chain.Untapped() with { Amount = 0, Adjusts = points };
        var next = _chain.Next(purchase);
        var after = _chain.Card.Points + earned - redeemed;
        var record = next.Record with
        {
            Kind = LogKind.Adjustment,
            Amount = 0,
            Earned = earned,
            Redeemed = redeemed,
            BalanceAfter = after,
        };
        _chain.World.Truth.Committed(
            _chain.Card, next with { Record = record, Points = after },
            new Presentation(purchase, Operation.Adjust, mishap: null) { Commits = 1 });
    }
}
