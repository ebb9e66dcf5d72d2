using CsCheck;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Loyalty.Tests;

public sealed class RedemptionTests
{
    private static readonly Rule Base = new("base", new Effect.PerAmount(1, 100));

    [Fact]
    public void Redemption_stops_at_the_balance_and_at_the_bill_and_says_at_which()
    {
        Assert.Equal((30, RedemptionLimit.Balance), Redeem(1000, asked: 50, balance: 30));
        Assert.Equal((20, RedemptionLimit.Basket), Redeem(20, asked: 50, balance: 100));
        Assert.Equal((50, null), Redeem(1000, asked: 50, balance: 100));
    }

    [Fact]
    public void Points_pay_at_most_their_share_of_the_basket() =>
        Assert.Equal(
            (250, RedemptionLimit.Basket),
            Redeem(1000, 900, 900, new Redemption { SharePermille = 250 }));

    [Fact]
    public void Points_are_redeemed_in_steps_and_not_below_the_least()
    {
        var hundreds = new Redemption { PointsStep = 100, PointsLeast = 200 };

        Assert.Equal((300, RedemptionLimit.Step), Redeem(1000, 350, 900, hundreds));
        Assert.Equal((0, RedemptionLimit.Least), Redeem(1000, 150, 900, hundreds));
        Assert.Equal((0, null), Redeem(1000, 0, 900, hundreds));
    }

    [Fact]
    public void A_small_basket_redeems_nothing() =>
        Assert.Equal(
            (0, RedemptionLimit.Basket), Redeem(999, 10, 10, new Redemption { BasketLeastMinor = 1000 }));

    [Fact]
    public void What_is_excluded_is_not_paid_with_points()
    {
        var rules = EarningTests.Set(Base) with
        {
            Redemption = new Redemption { On = new LineFilter { NotCategories = ["TOBACCO"] } },
        };
        BasketLine[] lines = [EarningTests.Line(800, "TOBACCO"), EarningTests.Line(200, "FOOD")];

        var terms = SaleTests.Approve(new Basket("USD", lines), 1000, 1000, rules);

        Assert.Equal(200, terms.Redeemed);
        Assert.Equal([0, 200], terms.Lines.Select(line => line.PaidWithPointsMinor));
    }

    [Fact]
    public void The_part_paid_with_points_earns_only_where_the_rules_say_so()
    {
        var basket = Basket.Of(new Money(1000, "USD"));
        var generous = EarningTests.Set(Base) with { Redemption = new Redemption(RedeemedPartEarns: true) };

        Assert.Equal(9, SaleTests.Approve(basket, 100, 100, EarningTests.Set(Base)).Earned);
        Assert.Equal(10, SaleTests.Approve(basket, 100, 100, generous).Earned);
    }

    [Fact]
    public void Asking_for_what_was_redeemed_gives_the_same_terms() =>
        Gen.Select(EarningTests.AnyBasket, AnyRedemption, Gen.Int[0, 5000], Gen.Int[0, 5000]).Sample(
            (lines, redemption, asked, balance) =>
            {
                var basket = new Basket("USD", lines);
                var rules = EarningTests.Set(Base) with { Redemption = redemption };

                var terms = SaleTests.Approve(basket, asked, balance, rules);
                var again = SaleTests.Approve(basket, terms.Redeemed, balance, rules);

                Assert.Equal(
                    (terms.Redeemed, terms.Earned, terms.Due), (again.Redeemed, again.Earned, again.Due));
                Assert.Equal(terms.Lines, again.Lines);
                Assert.Equal(0, terms.Redeemed % redemption.PointsStep);
                Assert.All(basket.Lines.Zip(terms.Lines), pair => Assert.InRange(
                    pair.Second.PaidWithPointsMinor, 0, pair.First.AmountMinor));
            });

    internal static readonly Gen<Redemption> AnyRedemption = Gen.Select(
        Gen.Int[1, 7], Gen.Int[0, 50], Gen.Int[1, 20], Gen.Int[0, 1000], Gen.Bool).Select(
        (value, least, step, share, earns) => new Redemption
        {
            PointValueMinor = value,
            PointsLeast = least,
            PointsStep = step,
            SharePermille = share,
            RedeemedPartEarns = earns,
            On = earns ? null : new LineFilter { NotCategories = ["A"] },
        });

    private static (int, RedemptionLimit?) Redeem(
        long amount, int asked, int balance, Redemption? redemption = null)
    {
        var rules = EarningTests.Set(Base) with { Redemption = redemption ?? new Redemption() };
        var terms = SaleTests.Approve(Basket.Of(new Money(amount, "USD")), asked, balance, rules);
        return (terms.Redeemed, terms.RedemptionLimit);
    }
}
