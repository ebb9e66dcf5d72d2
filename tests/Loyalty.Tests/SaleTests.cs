using CsCheck;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Loyalty.Tests;

public sealed class SaleTests
{
    private static readonly RuleSet Rules = EarningTests.Set(new Rule("base", new Effect.PerAmount(1, 100)));

    private static readonly Occasion AnyTime = new(
        0, [], 1, new DateTime(2026, 11, 26, 12, 0, 0, DateTimeKind.Unspecified));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(99, 0)]
    [InlineData(100, 1)]
    [InlineData(1234, 12)]
    public void A_whole_unit_earns_and_a_started_one_does_not(long amount, int earned) =>
        Assert.Equal(earned, Approve(Basket.Of(new Money(amount, "USD")), 0, 0, Rules).Earned);

    [Fact]
    public void Another_currency_is_declined() =>
        Assert.Equal(
            Declined(DeclineReason.CurrencyUnknown),
            Decide(Basket.Of(new Money(1, "EUR")), 0, 0, Rules));

    [Fact]
    public void A_basket_out_of_range_is_declined()
    {
        BasketLine good = new("", "", 1000, 100, 10);
        BasketLine[][] wrong =
        [
            [], [good with { AmountMinor = -1 }], [good with { QuantityMilli = 0 }],
            [good with { TaxMinor = 101 }], [good with { TaxMinor = -1 }],
            [good with { DiscountMinor = -1 }], [good with { DiscountMinor = int.MaxValue }],
            [good with { AmountMinor = int.MaxValue }, good],
            [good with { Sku = new string('x', 65) }], [.. Enumerable.Repeat(good, Basket.LinesMost + 1)],
        ];

        Assert.All(wrong, lines => Assert.Equal(
            Declined(DeclineReason.BasketOutOfRange), Decide(new Basket("USD", lines), 0, 0, Rules)));
        Assert.Equal(
            Declined(DeclineReason.BasketOutOfRange), Decide(new Basket("USD", [good]), asked: -1, 0, Rules));
    }

    [Fact]
    public void A_card_never_goes_below_zero_or_above_its_cap_and_the_bill_is_paid_exactly() =>
        Gen.Select(
            EarningTests.AnyBasket, EarningTests.AnyRules, RedemptionTests.AnyRedemption, Gen.Int[0, 5000],
            Gen.Int[0, 5000]).Sample((lines, rules, redemption, asked, held) =>
        {
            var basket = new Basket("USD", lines);
            var balance = Math.Min(held, rules.CardBalanceMost);

            var terms = Approve(basket, asked, balance, rules with { Redemption = redemption });

            Assert.InRange(balance - terms.Redeemed + terms.Earned, 0, rules.CardBalanceMost);
            Assert.InRange(terms.Redeemed, 0, asked);
            Assert.InRange(terms.Due.Minor, 0, basket.Total.Minor);
            Assert.Equal(
                basket.Total.Minor, terms.Due.Minor + (long)terms.Redeemed * redemption.PointValueMinor);
        });

    [Fact]
    public void Baskets_are_equal_when_all_their_lines_are()
    {
        Basket one = new("USD", [EarningTests.Line(1), EarningTests.Line(2)]);

        Assert.Equal(one, new Basket("USD", [EarningTests.Line(1), EarningTests.Line(2)]));
        Assert.NotEqual(one, new Basket("USD", [EarningTests.Line(2), EarningTests.Line(1)]));
        Assert.NotEqual(one, one with { Currency = "EUR" });
    }

    internal static SaleTerms Approve(Basket basket, int asked, int balance, RuleSet rules) =>
        Assert.IsType<SaleDecision.Approved>(Decide(basket, asked, balance, rules)).Terms;

    private static SaleDecision Declined(DeclineReason reason) => new SaleDecision.Declined(reason);

    private static SaleDecision Decide(Basket basket, int asked, int balance, RuleSet rules) =>
        Sale.Decide(new SaleRequest(basket, AnyTime, asked), balance, rules);
}
