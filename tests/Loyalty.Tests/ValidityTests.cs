using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Loyalty.Tests;

public sealed class ValidityTests
{
    private static readonly RuleSet Rules = new(
        7, 1, "USD", 100, 1000, [new Rule("base", new Effect.PerAmount(1, 100))]);

    private static readonly Basket FiveDollars = Basket.Of(new Money(500, "USD"));

    [Theory]
    [InlineData(ValidityEnd.Day, "2027-01-31", "2027-02-28")]
    [InlineData(ValidityEnd.Month, "2027-01-31", "2027-03-01")]
    [InlineData(ValidityEnd.Year, "2027-01-31", "2028-01-01")]
    [InlineData(ValidityEnd.Year, "2027-12-31", "2029-01-01")]
    public void Points_expire_when_their_month_their_day_or_their_year_has_ended(
        ValidityEnd ends, string given, string expires) =>
        Assert.Equal(
            DateOnly.Parse(expires, null),
            new Validity(Months: 1, Ends: ends).ExpiresOn(DateOnly.Parse(given, null)));

    [Fact]
    public void Without_months_they_never_expire_nor_do_those_of_a_day_that_no_card_holds()
    {
        Assert.Null(new Validity().ExpiresOn(new DateOnly(2027, 1, 31)));
        Assert.Null(new Validity(Months: 12).ExpiresOn(DateOnly.MaxValue));
        Assert.Equal(DateOnly.MaxValue, new Validity(PendingDays: 5).ActiveOn(DateOnly.MaxValue));
    }

    [Fact]
    public void With_pending_days_a_sale_gives_the_same_points_later_and_the_cards_room_does_not_matter()
    {
        var now = SaleTests.Approve(FiveDollars, 0, 998, Rules);
        var later = SaleTests.Approve(
            FiveDollars, 0, 998, Rules with { Validity = new Validity(PendingDays: 14) });

        Assert.Equal((2, 0), (now.Earned, now.Pending));
        Assert.Equal((0, 5), (later.Earned, later.Pending));
        Assert.Equal(5, later.Lines[0].Earned);
    }

    [Fact]
    public void Points_that_wait_are_not_looked_for_on_the_card_when_goods_come_back()
    {
        ReturnedLine[] all = [new(0, 1000)];
        var now = SaleTests.Approve(FiveDollars, 0, 0, Rules);
        var later = SaleTests.Approve(
            FiveDollars, 0, 0, Rules with { Validity = new Validity(PendingDays: 14) });

        var atOnce = Return.OnCard(Return.Decide(FiveDollars, now, 1, [], all)!, balance: 100, Rules);
        var waiting = Return.OnCard(Return.Decide(FiveDollars, later, 1, [], all)!, balance: 100, Rules);

        Assert.Equal(new ReturnOnCard(0, 5, 0), atOnce);
        Assert.Equal(new ReturnOnCard(0, 0, -5), waiting);
    }

    [Fact]
    public void Points_that_have_expired_are_not_redeemed_but_take_the_cards_room()
    {
        var rules = Rules with { CardBalanceMost = 102 };
        var request = new SaleRequest(FiveDollars, new Occasion(0, [], 1, default), PointsAsked: 80);

        var all = Assert.IsType<SaleDecision.Approved>(Sale.Decide(request, 100, rules)).Terms;
        var some = Assert.IsType<SaleDecision.Approved>(Sale.Decide(request, 100, rules, withheld: 70)).Terms;
        var none = Assert.IsType<SaleDecision.Approved>(
            Sale.Decide(request with { PointsAsked = 0 }, 100, rules, withheld: 70)).Terms;

        Assert.Equal((80, null), (all.Redeemed, all.RedemptionLimit));
        Assert.Equal((30, RedemptionLimit.Expired), (some.Redeemed, some.RedemptionLimit));
        Assert.Equal(2, none.Earned);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(366, 0)]
    [InlineData(0, 121)]
    [InlineData(0, -1)]
    [InlineData(28, 1)]
    public void A_document_with_a_validity_out_of_range_is_refused(int pending, int months)
    {
        var rules = Rules with { Validity = new Validity(pending, months) };

        var wrong = Assert.Throws<FormatException>(() => RuleSet.FromDocument(rules.ToDocument()));

        Assert.EndsWith("validity.", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_keeps_it_and_one_without_it_has_points_that_never_expire()
    {
        var validity = new Validity(14, 12, ValidityEnd.Year, GivenAnew: true);

        Assert.Equal(
            validity, RuleSet.FromDocument((Rules with { Validity = validity }).ToDocument()).Validity);
        Assert.Equal(new Validity(), RuleSet.FromDocument(
            """
            {"version":1,"programme":1,"currency":"USD","minorPerUnit":100,"cardBalanceMost":9,"rules":[]}
            """u8).Validity);
    }
}
