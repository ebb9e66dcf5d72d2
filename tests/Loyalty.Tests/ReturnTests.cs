using CsCheck;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Loyalty.Tests;

public sealed class ReturnTests
{
    private static readonly RuleSet Rules = EarningTests.Set(
        new Rule("base", new Effect.PerAmount(1, 100)), new Rule("visit", new Effect.PerVisit(3)));

    private static readonly Basket TwoShirtsAndABook = new("USD",
        [EarningTests.Line(6000, "SHIRT", 2000), EarningTests.Line(1500, "BOOK")]);

    [Fact]
    public void A_returned_piece_takes_back_its_own_points_and_pays_back_its_own_price()
    {
        var sold = SaleTests.Approve(TwoShirtsAndABook, 0, 0, Rules);

        Assert.Equal(Terms(0, 30, 3000), Undo(sold, before: [], new ReturnedLine(0, 1000)));
        Assert.Equal(
            Terms(0, 15, 1500), Undo(sold, before: [new ReturnedLine(0, 1000)], new ReturnedLine(1, 1000)));
    }

    [Fact]
    public void Points_for_the_visit_go_back_with_the_last_piece()
    {
        var sold = SaleTests.Approve(TwoShirtsAndABook, 0, 0, Rules);

        var last = Undo(sold, before: [new ReturnedLine(0, 2000)], new ReturnedLine(1, 1000));

        Assert.Equal(Terms(0, 18, 1500), last);
    }

    [Fact]
    public void What_was_paid_with_points_comes_back_as_points()
    {
        var sold = SaleTests.Approve(TwoShirtsAndABook, asked: 1500, balance: 1500, Rules);

        var shirts = Undo(sold, before: [], new ReturnedLine(0, 2000));

        Assert.Equal(1200, shirts!.GivenBack);
        Assert.Equal(4800, shirts.Refund.Minor);
    }

    [Theory]
    [InlineData(Shortfall.Owed, 50_00, -30, 0, 0)]
    [InlineData(Shortfall.Forgiven, 50_00, 0, 30, 0)]
    [InlineData(Shortfall.FromRefund, 50_00, 0, 0, 30)]
    [InlineData(Shortfall.FromRefund, 45, -8, 0, 22)]
    public void Points_that_the_card_does_not_hold_are_owed_forgiven_or_paid_out_of_the_refund(
        Shortfall shortfall, long refund, int onAccount, int forgiven, int fromRefund)
    {
        var rules = Rules with
        {
            Returns = new ReturnPolicy { Shortfall = shortfall },
            Redemption = new Redemption(PointValueMinor: 2),
        };

        var back = Return.OnCard(new ReturnTerms(10, 60, new Money(refund, "USD")), balance: 20, rules);

        Assert.Equal(new ReturnOnCard(10, 30, onAccount)
        {
            Forgiven = forgiven,
            FromRefund = fromRefund,
        }, back);
        Assert.Equal(
            new ReturnOnCard(0, 0, -60),
            Return.OnCard(new ReturnTerms(0, 60, default) { IsTakenLater = true }, balance: 20, rules));
    }

    [Fact]
    public void A_policy_that_is_none_is_refused()
    {
        var wrong = Assert.Throws<FormatException>(() => RuleSet.FromDocument(
            (Rules with { Returns = new ReturnPolicy { Shortfall = (Shortfall)3 } }).ToDocument()));

        Assert.EndsWith("returns.", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_was_sold_or_another_line_cannot_come_back()
    {
        var sold = SaleTests.Approve(TwoShirtsAndABook, 0, 0, Rules);

        Assert.Null(Undo(sold, [], new ReturnedLine(0, 2001)));
        Assert.Null(Undo(sold, [new ReturnedLine(0, 1500)], new ReturnedLine(0, 501)));
        Assert.Null(Undo(sold, [], new ReturnedLine(2, 1)));
        Assert.Null(Undo(sold, [], new ReturnedLine(-1, 1)));
        Assert.Null(Undo(sold, [], new ReturnedLine(0, 0)));
    }

    [Fact]
    public void A_basket_that_comes_back_in_pieces_undoes_its_sale_exactly_and_never_gives_a_negative() =>
        Gen.Select(
            EarningTests.AnyBasket, EarningTests.AnyRules, RedemptionTests.AnyRedemption, Gen.Int[0, 5000],
            Gen.Long[1, 3000].Array[1, 40]).Sample((lines, rules, redemption, asked, pieces) =>
        {
            var basket = new Basket("USD", lines);
            var set = rules with { Redemption = redemption };
            var sold = SaleTests.Approve(basket, asked, asked, set);
            var back = new List<ReturnedLine>();
            int given = 0, taken = 0;
            long refund = 0;

            for (var i = 0; Return.Rest(basket, back) is { Count: > 0 } rest; i++)
            {
                var left = rest[0].QuantityMilli;
                var piece = i < pieces.Length ? Math.Min(pieces[i], left) : left;
                ReturnedLine[] now = [rest[0] with { QuantityMilli = piece }];
                var terms = Return.Decide(basket, sold, redemption.PointValueMinor, back, now)!;
                Assert.True(terms is { GivenBack: >= 0, TakenBack: >= 0, Refund.Minor: >= 0 });
                back.AddRange(now);
                (given, taken, refund) =
                    (given + terms.GivenBack, taken + terms.TakenBack, refund + terms.Refund.Minor);
            }

            Assert.Equal((sold.Redeemed, sold.Earned, sold.Due.Minor), (given, taken, refund));
        });

    private static ReturnTerms Terms(int given, int taken, long refund) =>
        new(given, taken, new Money(refund, "USD"));

    private static ReturnTerms? Undo(SaleTerms sold, ReturnedLine[] before, params ReturnedLine[] now) =>
        Return.Decide(TwoShirtsAndABook, sold, Rules.Redemption.PointValueMinor, before, now);
}
