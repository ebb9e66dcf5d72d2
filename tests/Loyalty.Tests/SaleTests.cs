using System.Text;
using CsCheck;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Loyalty.Tests;

public sealed class SaleTests
{
    private static readonly RuleSet Rules = new(1, 1, "USD", 100, 1, 1, RedeemedPartEarns: false, 1_000_000);

    private static readonly Gen<(long Amount, int Asked, int Balance, RuleSet Rules)> AnySale = Gen.Select(
        Gen.Long[0, 10_000_00], Gen.Int[0, 5_000], Gen.Int[0, 5_000],
        Gen.Select(Gen.Int[1, 1000], Gen.Int[0, 10], Gen.Int[1, 500], Gen.Bool, Gen.Int[1, 10_000])
            .Select(r => new RuleSet(7, 1, "USD", r.Item1, r.Item2, r.Item3, r.Item4, r.Item5)));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(99, 0)]
    [InlineData(100, 1)]
    [InlineData(1234, 12)]
    public void A_whole_unit_earns_and_a_started_one_does_not(long amount, int earned)
    {
        var terms = Approve(amount, asked: 0, balance: 0, Rules);

        Assert.Equal(new SaleTerms(0, earned, new Money(amount, "USD"), 1), terms);
    }

    [Fact]
    public void Redemption_stops_at_the_balance_and_at_the_bill()
    {
        Assert.Equal(30, Approve(1000, asked: 50, balance: 30, Rules).Redeemed);
        Assert.Equal(20, Approve(20, asked: 50, balance: 100, Rules).Redeemed);
    }

    [Fact]
    public void The_part_paid_with_points_earns_only_where_the_rules_say_so()
    {
        var generous = Rules with { RedeemedPartEarns = true };

        Assert.Equal(9, Approve(1000, asked: 100, balance: 100, Rules).Earned);
        Assert.Equal(10, Approve(1000, asked: 100, balance: 100, generous).Earned);
    }

    [Fact]
    public void Another_currency_or_a_negative_amount_is_declined()
    {
        Assert.Equal(Declined(DeclineReason.CurrencyUnknown), Decide(new Money(1, "EUR"), 0, 0, Rules));
        Assert.Equal(Declined(DeclineReason.AmountNegative), Decide(new Money(-1, "USD"), 0, 0, Rules));
        Assert.Equal(Declined(DeclineReason.AmountNegative), Decide(new Money(1, "USD"), -1, 0, Rules));
    }

    [Fact]
    public void A_card_never_goes_below_zero_or_above_its_cap_and_the_bill_is_paid_exactly() =>
        AnySale.Sample(sale =>
        {
            var balance = Math.Min(sale.Balance, sale.Rules.CardBalanceMost);

            var terms = Approve(sale.Amount, sale.Asked, balance, sale.Rules);

            Assert.InRange(balance - terms.Redeemed + terms.Earned, 0, sale.Rules.CardBalanceMost);
            Assert.InRange(terms.Redeemed, 0, sale.Asked);
            Assert.InRange(terms.Due.Minor, 0, sale.Amount);
            Assert.Equal(sale.Amount, terms.Due.Minor + (long)terms.Redeemed * sale.Rules.PointValueMinor);
        });

    [Fact]
    public void A_rule_set_survives_its_document() =>
        AnySale.Sample(sale => Assert.Equal(sale.Rules, RuleSet.FromDocument(sale.Rules.ToDocument())));

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"version":1}""")]
    public void A_document_of_another_shape_is_refused(string document) =>
        Assert.Throws<FormatException>(() => RuleSet.FromDocument(Encoding.UTF8.GetBytes(document)));

    [Fact]
    public void A_document_with_a_value_out_of_range_is_refused() =>
        Assert.All(
            [Rules with { Version = 0 }, Rules with { MinorPerUnit = 0 }, Rules with { PointValueMinor = 0 }],
            rules => Assert.Throws<FormatException>(() => RuleSet.FromDocument(rules.ToDocument())));

    private static SaleDecision Declined(DeclineReason reason) => new SaleDecision.Declined(reason);

    private static SaleDecision Decide(Money amount, int asked, int balance, RuleSet rules) =>
        Sale.Decide(new SaleRequest(amount, asked), balance, rules);

    private static SaleTerms Approve(long amount, int asked, int balance, RuleSet rules) =>
        Assert.IsType<SaleDecision.Approved>(Decide(new Money(amount, "USD"), asked, balance, rules)).Terms;
}
