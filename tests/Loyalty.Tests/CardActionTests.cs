using CsCheck;
using SmartCardCrm.Loyalty.CardActions;

namespace SmartCardCrm.Loyalty.Tests;

public sealed class CardActionTests
{
    [Fact]
    public void Actions_are_applied_in_order_whatever_order_they_arrive_in()
    {
        CardAction[] pending = [new(3, 5), new(1, -100), new(2, 10)];

        var applied = PendingCardActions.Apply(lastApplied: 0, balance: 40, balanceMost: 1000, pending);

        Assert.Equal([new(1, -40), new(2, 10), new(3, 5)], applied);
    }

    [Fact]
    public void Nothing_is_applied_behind_a_hole()
    {
        var applied = PendingCardActions.Apply(lastApplied: 4, balance: 0, balanceMost: 1000, [new(6, 5)]);

        Assert.Empty(applied);
    }

    [Fact]
    public void A_refused_action_still_uses_up_its_number()
    {
        CardAction[] pending = [new(1, -5), new(2, 50)];

        var applied = PendingCardActions.Apply(lastApplied: 0, balance: 0, balanceMost: 10, pending);

        Assert.Equal([new(1, 0), new(2, 10)], applied);
    }

    [Fact]
    public void Applying_what_was_applied_changes_nothing() =>
        Gen.Select(Gen.Int[1, 50].Array[1, 6], Gen.Bool, Gen.Int[0, 100]).Sample((points, credit, balance) =>
        {
            var pending = points.Select((p, i) => new CardAction(i + 1, credit ? p : -p)).ToList();
            var first = PendingCardActions.Apply(0, balance, 100, pending);
            var after = balance + first.Sum(a => a.Points);

            var again = PendingCardActions.Apply(first[^1].Number, after, 100, pending);

            Assert.Empty(again);
            Assert.InRange(after, 0, 100);
        });
}
