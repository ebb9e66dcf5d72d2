using CsCheck;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Loyalty.Tests;

public sealed class EarningTests
{
    private static readonly Rule Base = new("base", new Effect.PerAmount(1, 100));

    [Fact]
    public void Money_is_counted_over_all_lines_together_and_each_has_its_share()
    {
        var terms = Earn([Line(150, "A"), Line(160, "B")], Base);

        Assert.Equal(3, terms.Earned);
        Assert.Equal([1, 2], terms.Lines.Select(line => line.Earned));
    }

    [Fact]
    public void Where_each_line_is_counted_for_itself_no_line_helps_another()
    {
        var rules = Set(Base) with { Counting = new Counting { EachLine = true } };

        Assert.Equal(2, Earn(rules, [Line(150, "A"), Line(160, "B")]).Earned);
    }

    [Theory]
    [InlineData(false, AmountBasis.Gross, 8)]
    [InlineData(true, AmountBasis.Gross, 10)]
    [InlineData(false, AmountBasis.Net, 6)]
    [InlineData(true, AmountBasis.Net, 8)]
    public void A_discount_earns_where_the_programme_says_so_without_its_tax_where_tax_does_not(
        bool earns, AmountBasis amounts, int points)
    {
        var rules = Set(Base) with { Counting = new Counting { DiscountEarns = earns, Amounts = amounts } };
        var line = Line(800, "A") with { TaxMinor = 160, DiscountMinor = 200 };

        Assert.Equal(points, Earn(rules, [line]).Earned);
    }

    [Fact]
    public void What_is_given_away_earns_its_discount_where_discounts_do()
    {
        var rules = Set(Base) with { Counting = new Counting { DiscountEarns = true } };

        Assert.Equal(3, Earn(rules, [Line(0, "A") with { DiscountMinor = 300 }]).Earned);
    }

    [Fact]
    public void Units_count_whole_and_weighed_goods_by_the_kilogram()
    {
        Rule rule = new("eggs", new Effect.PerUnit(5, 2)) { On = Categories("EGGS") };

        Assert.Equal(5, Earn([Line(100, "EGGS", quantityMilli: 3000), Line(100, "MILK", 9000)], rule).Earned);
        Assert.Equal(0, Earn([Line(100, "EGGS", quantityMilli: 1999)], rule).Earned);
        Assert.Equal(10, Earn([Line(100, "EGGS", 1500), Line(100, "EGGS", 2500)], rule).Earned);
    }

    [Fact]
    public void A_visit_earns_once_and_for_no_line()
    {
        var terms = Earn([Line(0, "A"), Line(0, "B")], new Rule("hello", new Effect.PerVisit(7)));

        Assert.Equal(7, terms.Earned);
        Assert.All(terms.Lines, line => Assert.Equal(0, line.Earned));
    }

    [Fact]
    public void A_multiplier_works_on_what_the_rules_before_it_gave_and_says_so()
    {
        Rule twice = new("twice", new Effect.Times(2000));
        Rule visit = new("visit", new Effect.PerVisit(5));

        Assert.Equal([new("base", 10), new("twice", 10), new("visit", 5)],
            Earn([Line(1000)], Base, twice, visit).Gains);
        Assert.Equal([new("base", 10), new("visit", 5), new("twice", 15)],
            Earn([Line(1000)], Base, visit, twice).Gains);
    }

    [Fact]
    public void A_multiplier_of_some_lines_leaves_the_others_and_the_visit_alone()
    {
        Rule dairy = new("dairy", new Effect.Times(3000)) { On = Categories("DAIRY") };

        var terms = Earn(
            [Line(200, "DAIRY"), Line(300, "MEAT")], Base, new Rule("visit", new Effect.PerVisit(1)), dairy);

        Assert.Equal([6, 3], terms.Lines.Select(line => line.Earned));
        Assert.Equal(10, terms.Earned);
    }

    [Theory]
    [InlineData(Rounding.Down, 4)]
    [InlineData(Rounding.Nearest, 5)]
    [InlineData(Rounding.Up, 5)]
    public void A_half_point_is_rounded_as_the_rule_set_says(Rounding rounding, int earned)
    {
        var rules = Set(Base, new Rule("half", new Effect.Times(1500))) with
        {
            Counting = new Counting { Rounding = rounding },
        };

        Assert.Equal(earned, Earn(rules, [Line(300)]).Earned);
    }

    [Fact]
    public void Only_rounding_up_rounds_up_less_than_half()
    {
        var rules = Set(Base, new Rule("little", new Effect.Times(1100)));

        Assert.Equal(3, Earn(Rounded(rules, Rounding.Nearest), [Line(300)]).Earned);
        Assert.Equal(4, Earn(Rounded(rules, Rounding.Up), [Line(300)]).Earned);
    }

    [Fact]
    public void A_cap_takes_from_every_line_its_share()
    {
        var terms = Earn([Line(100, "A"), Line(300, "B")], Base, new Rule("cap", new Effect.AtMost(2)));

        Assert.Equal([new("base", 4), new("cap", -2)], terms.Gains);
        Assert.Equal(2, terms.Lines.Sum(line => line.Earned));
    }

    [Fact]
    public void A_cap_of_some_lines_leaves_the_others_alone()
    {
        Rule cap = new("cap", new Effect.AtMost(1)) { On = Categories("A") };

        Assert.Equal([1, 3], Earn([Line(500, "A"), Line(300, "B")], Base, cap).Lines.Select(l => l.Earned));
    }

    [Fact]
    public void A_last_rule_closes_its_lines_for_the_rules_behind_it()
    {
        Rule offer = new("offer", new Effect.PerUnit(50, 1)) { On = Skus("s-1"), IsLast = true };

        var terms = Earn([Line(1000, "A", sku: "s-1"), Line(1000, "A", sku: "s-2")], offer, Base);

        Assert.Equal([50, 10], terms.Lines.Select(line => line.Earned));
    }

    [Fact]
    public void A_filter_takes_what_it_names_by_article_or_category_and_leaves_out_what_it_excludes()
    {
        LineFilter filter = new()
        {
            Categories = ["A"],
            Skus = ["s-9"],
            NotSkus = ["s-2"],
            NotCategories = ["C"],
        };

        Assert.True(filter.Takes(Line(1, "A", sku: "s-1")));
        Assert.True(filter.Takes(Line(1, "B", sku: "s-9")));
        Assert.False(filter.Takes(Line(1, "A", sku: "s-2")));
        Assert.False(filter.Takes(Line(1, "C", sku: "s-9")));
        Assert.False(filter.Takes(Line(1, "B", sku: "s-1")));
        Assert.True(new LineFilter { NotCategories = ["C"] }.Takes(Line(1, "B")));
    }

    [Fact]
    public void Tax_earns_only_where_amounts_are_gross()
    {
        BasketLine[] lines = [new("", "", 1000, 1190, 190)];
        var net = Set(Base) with { Counting = new Counting { Amounts = AmountBasis.Net } };

        Assert.Equal(11, Earn(Set(Base), lines).Earned);
        Assert.Equal(10, Earn(net, lines).Earned);
    }

    [Fact]
    public void A_full_card_cuts_what_is_earned_and_says_so()
    {
        var terms = Earn(Set(Base) with { CardBalanceMost = 4 }, [Line(1000)]);

        Assert.Equal([new("base", 10), new(RuleGain.CardFull, -6)], terms.Gains);
        Assert.Equal(4, terms.Earned);
    }

    [Fact]
    public void The_largest_numbers_a_rule_set_may_hold_do_not_overflow()
    {
        Rule[] rules =
        [
            new("most", new Effect.PerAmount(Effect.PointsMost, 1)),
            .. Enumerable.Range(0, RuleSet.RulesMost - 1).Select(
                i => new Rule($"times-{i}", new Effect.Times(100_000))),
        ];
        var set = Set(rules) with { CardBalanceMost = int.MaxValue };

        Assert.Null(set.Fault);
        Assert.Equal(int.MaxValue, Earn(set, [Line(int.MaxValue)]).Earned);
    }

    [Fact]
    public void What_rules_gave_and_what_lines_have_is_what_is_earned() =>
        AnyBasket.Select(AnyRules).Sample((basket, rules) =>
        {
            var terms = Earn(rules, basket);

            Assert.Equal(terms.Earned, terms.Gains.Sum(gain => gain.Points));
            Assert.InRange(terms.Lines.Sum(line => line.Earned), 0, terms.Earned);
            Assert.All(terms.Lines, line => Assert.True(line.Earned >= 0));
        });

    [Fact]
    public void A_rule_without_conditions_for_its_lines_earns_as_reckoned_by_hand() =>
        Gen.Select(Gen.Long[0, 100_00], Gen.Int[1, 9], Gen.Int[1, 999]).Sample((amount, points, minor) =>
        {
            var terms = Earn([Line(amount)], new Rule("base", new Effect.PerAmount(points, minor)));

            var steps = 0;
            for (var left = amount; left >= minor; left -= minor)
                steps++;
            Assert.Equal(steps * points, terms.Earned);
        });

    internal static readonly Gen<BasketLine[]> AnyBasket = Gen.Select(
            Gen.Const("s-1"), Gen.Int[0, 2].Select(i => "ABC"[i..(i + 1)]), Gen.Long[1, 5000],
            Gen.Long[0, 50_00])
        .Select((sku, category, quantity, amount) =>
            new BasketLine(sku, category, quantity, amount, amount / 6)).Array[1, 8];

    internal static readonly Gen<RuleSet> AnyRules = Gen.Select(
        Gen.OneOf(
            Gen.Select(Gen.Int[1, 9], Gen.Int[1, 300]).Select<int, int, Effect>(
                (points, minor) => new Effect.PerAmount(points, minor)),
            Gen.Select(Gen.Int[1, 9], Gen.Int[1, 3]).Select<int, int, Effect>(
                (points, units) => new Effect.PerUnit(points, units)),
            Gen.Int[1, 9].Select<int, Effect>(points => new Effect.PerVisit(points)),
            Gen.Int[0, 3000].Select<int, Effect>(permille => new Effect.Times(permille)),
            Gen.Int[0, 99].Select<int, Effect>(points => new Effect.AtMost(points))),
        Gen.Int[0, 2].Select(i => i == 0 ? null : "AB"[(i - 1)..i]), Gen.Bool).Array[0, 6]
        .Select(
            Gen.Select(Gen.Bool, Gen.Enum<AmountBasis>(), Gen.Enum<Rounding>(), Gen.Int[1, 5000]),
            (effects, counting) => Set([.. effects.Select((effect, i) => new Rule($"r{i}", effect.Item1)
            {
                On = effect.Item2 is { } category ? Categories(category) : null,
                IsLast = effect.Item3,
            })]) with
            {
                CardBalanceMost = counting.Item4,
                Counting = new Counting
                {
                    EachLine = counting.Item1,
                    Amounts = counting.Item2,
                    Rounding = counting.Item3,
                },
            });

    internal static RuleSet Set(params Rule[] rules) => new(1, 1, "USD", 100, 1_000_000, rules);

    internal static LineFilter Categories(params string[] names) => new() { Categories = names };

    internal static BasketLine Line(
        long amountMinor, string category = "", long quantityMilli = 1000, string sku = "") =>
        new(sku, category, quantityMilli, amountMinor, 0);

    private static LineFilter Skus(params string[] names) => new() { Skus = names };

    private static RuleSet Rounded(RuleSet rules, Rounding rounding) =>
        rules with { Counting = new Counting { Rounding = rounding } };

    private static SaleTerms Earn(BasketLine[] lines, params Rule[] rules) => Earn(Set(rules), lines);

    private static SaleTerms Earn(RuleSet rules, BasketLine[] lines) =>
        SaleTests.Approve(new Basket("USD", lines), asked: 0, balance: 0, rules);
}
