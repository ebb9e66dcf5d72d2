using CsCheck;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Programmes;

namespace SmartCardCrm.Server.Tests.Programmes;

/// <summary>The fold beside figures that are added up here, by hand and otherwise: points from the words of
/// three rules, everything else from lists that are sorted and grouped.</summary>
public sealed class BackTestTests
{
    private const int Cap = 40;

    private static readonly RuleSet Then = ProgrammeBook.FirstRules;

    private static readonly RuleSet Now = Then with
    {
        Rules =
        [
            new Rule("two", new Effect.PerAmount(Points: 2, Minor: 100)),
            new Rule("visit", new Effect.PerVisit(Points: 3)),
            new Rule("cap", new Effect.AtMost(Points: Cap)),
        ],
        Redemption = new Redemption(PointValueMinor: 2),
    };

    private static readonly Gen<Line> Lines =
        from member in Gen.Int[1, 9]
        from amount in Gen.Int[0, 9_999]
        from points in Gen.Int[0, 60]
        from day in Gen.Int[0, 3]
        from known in Gen.Int[0, 9]
        from withCard in Gen.Bool
        select new Line(member, amount, points, day, known, withCard);

    [Fact]
    public void It_adds_up_what_a_list_adds_up() => Lines.List[0, 60].Sample(drawn =>
    {
        var lines = drawn.OrderBy(line => line.Day).Select((line, place) => line with { Place = place })
            .ToList();
        var test = new BackTest(Now);
        foreach (var line in lines)
            test.Add(line.ToSale());

        var told = test.Result();

        var counted = lines.Where(line => line.IsKnown).ToList();
        Assert.Equal(
            (counted.Count, lines.Count - counted.Count),
            ((int)told.Sales, (int)told.LeftOutBasketUnknown));
        Assert.Equal(
            new BackTestSide(counted.Sum(l => l.Points), counted.Sum(l => l.Points), 0, 0), told.Then);
        Assert.Equal(
            new BackTestSide(counted.Sum(l => l.Now), 2 * counted.Sum(l => l.Now), 0, 0), told.Now);
        Assert.Equal(counted.Count(line => line.Uncapped > Cap), told.SalesAtCap);
        var two = counted.Sum(line => (long)(line.Amount / 100 * 2));
        Assert.Equal(
            [
                ("two", two), ("visit", 3L * counted.Count),
                ("cap", (long)counted.Sum(line => line.Now - line.Uncapped)), (RuleGain.CardFull, 0L),
            ],
            told.Rules.Select(rule => (rule.Rule, rule.Points)));
        AssertMembers(counted, told);
        AssertExposures(counted, told);
    });

    [Fact]
    public void A_basket_in_another_currency_and_rules_that_are_gone_are_left_out()
    {
        var test = new BackTest(Now);
        var sale = new Line(1, 100, 1, 0, 9, true).ToSale();

        test.Add(sale with
        {
            Asked = sale.Asked! with { Basket = sale.Asked.Basket with { Currency = "EUR" } },
        });
        test.Add(sale with { Rules = null });

        Assert.Equal(
            (0L, 1L, 1L),
            (test.Result().Sales, test.Result().LeftOutRefused, test.Result().LeftOutRulesUnknown));
    }

    private static void AssertMembers(List<Line> counted, BackTestResult told)
    {
        var changes = counted.GroupBy(line => line.Member)
            .Select(its => (Member: (long)its.Key, Change: (long)its.Sum(l => l.Now - l.Points)))
            .ToList();
        Assert.Equal(
            changes.Where(c => c.Change > 0).OrderBy(c => (-c.Change, c.Member)).Select(c => c.Member),
            told.Winners.Select(m => m.Member));
        Assert.Equal(
            changes.Where(c => c.Change < 0).OrderBy(c => (c.Change, c.Member)),
            told.Losers.Select(m => (m.Member, m.Change)));
        Assert.Equal(changes.Count(c => c.Change == 0), told.MembersSame);
        Assert.Equal(changes.Count, told.Spread.Sum(band => band.Members));
        Assert.Equal(
            changes.Count(c => c.Change is >= 10 and <= 99),
            told.Spread.Single(band => band is { From: 10, Through: 99 }).Members);
    }

    private static void AssertExposures(List<Line> counted, BackTestResult told)
    {
        Assert.Equal(counted.Count(line => line.Amount == 0), told.SalesForNothing);
        Assert.Equal(
            counted.Where(line => line.Amount > 0).OrderByDescending(line => (decimal)line.Now / line.Amount)
                .ThenBy(line => line.Place).Take(BackTest.ExposuresMost).Select(line => (long)line.Place),
            told.MostForMoney.Select(sale => sale.Sequence));
        Assert.Equal(
            counted.Where(line => line.WithCard).GroupBy(line => (line.Day, line.Member))
                .Select(its => (Now: (long)its.Sum(l => l.Now), its.Key, Sales: (long)its.Count()))
                .OrderBy(so => (-so.Now, so.Key.Day, so.Key.Member)).Take(BackTest.ExposuresMost)
                .Select(so => (so.Now, so.Sales, (long)so.Key.Member)),
            told.MostInADay.Select(day => (day.Now, day.Sales, day.Card)));
    }

    private sealed record Line(int Member, int Amount, int Points, int Day, int Known, bool WithCard)
    {
        public int Place { get; init; }

        public bool IsKnown => Known > 0;

        public int Uncapped => Amount / 100 * 2 + 3;

        public int Now => Math.Min(Uncapped, Cap);

        public StoredSale ToSale()
        {
            var day = new DateOnly(2026, 1, 5).AddDays(Day);
            return new StoredSale(new JournalPlace(1, Place), Member, WithCard ? Member : 0, day)
            {
                Asked = IsKnown
                    ? new SaleRequest(
                        Basket.Of(new Loyalty.Money(Amount, "USD")), new Occasion(0, [], 1, default), 0)
                    : null,
                Earned = Points,
                AmountMinor = Amount,
                Rules = Then,
            };
        }
    }
}
