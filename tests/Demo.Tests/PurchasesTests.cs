using SmartCardCrm.Demo.Purchases;

namespace SmartCardCrm.Demo.Tests;

public sealed class PurchasesTests
{
    private const string Heading =
        "household_id,store_id,basket_id,product_id,quantity,sales_value,"
        + "retail_disc,coupon_disc,coupon_match_disc,week,transaction_timestamp";

    [Fact]
    public void Lines_of_one_basket_are_one_checkout_in_the_order_of_the_file()
    {
        var baskets = Read(
            "7,319,B1,1,1,1.5,0.29,0,0,1,2017-01-01 07:30:27",
            "8,361,B2,2,1,0.99,0,0,0,1,2017-01-01 08:47:20",
            "7,319,B1,3,2,2.07,0,0,0,1,2017-01-01 07:30:27");

        Assert.Equal(
            [
                new Basket("B1", 7, 319, "2017-01-01T07:30:27", 357),
                new Basket("B2", 8, 361, "2017-01-01T08:47:20", 99),
            ],
            baskets);
    }

    [Theory]
    [InlineData("4.440892e-16", 0)]
    [InlineData("0", 0)]
    [InlineData("2.9999999999", 300)]
    [InlineData("100", 10_000)]
    public void The_noise_of_binary_fractions_is_rounded_away(string value, long cents) =>
        Assert.Equal(cents,
            Assert.Single(Read($"7,319,B1,1,1,{value},0,0,0,1,2017-01-01 07:30:27")).AmountMinor);

    [Theory]
    [InlineData("7,319,B1,1,1,1.5", "Line 2")]
    [InlineData("7,319,\"B1\",1,1,1.5,0,0,0,1,2017-01-01 07:30:27", "Line 2")]
    [InlineData("7,319,B1,1,1,a dollar,0,0,0,1,2017-01-01 07:30:27", "Line 2")]
    [InlineData("7,319,B1,1,1,1.5,0,0,0,1,1 January", "Line 2")]
    public void A_line_of_another_shape_is_named(string line, string where) =>
        Assert.StartsWith(where, Assert.Throws<FormatException>(() => Read(line)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_basket_of_two_households_is_refused() =>
        Assert.Throws<FormatException>(() => Read(
            "7,319,B1,1,1,1.5,0,0,0,1,2017-01-01 07:30:27", "8,319,B1,1,1,1.5,0,0,0,1,2017-01-01 07:30:27"));

    [Fact]
    public void The_first_households_bring_their_first_unsold_baskets()
    {
        Basket[] file = [Of("a", 5), Of("b", 9), Of("c", 5), Of("d", 7), Of("e", 9)];

        var selection = Selection.Of(file, members: 2, sales: 2,
            sold: new HashSet<string>(["a"], StringComparer.Ordinal));

        Assert.Equal([5, 9], selection.Households);
        Assert.Equal(["b", "c"], selection.Baskets.Select(b => b.Id));
    }

    [Fact]
    public void The_same_seed_brings_the_same_shoppers_with_the_same_wishes()
    {
        var once = Shoppers(seed: 4).Select(b => (b, Wish.For(4, b))).ToList();
        var again = Shoppers(seed: 4).Select(b => (b, Wish.For(4, b))).ToList();
        var others = Shoppers(seed: 5).Select(b => (b, Wish.For(5, b))).ToList();

        Assert.Equal(once, again);
        Assert.NotEqual(once, others);
    }

    [Fact]
    public void Shoppers_of_our_own_resemble_real_ones()
    {
        var amounts = Shoppers(seed: 1).Select(b => b.AmountMinor).Order().ToList();

        Assert.InRange(amounts[amounts.Count / 2], 250, 400);
        Assert.InRange(amounts.Count(a => a < 100) / (double)amounts.Count, 0.05, 0.15);
        Assert.All(amounts, amount => Assert.InRange(amount, 0, 100_00));
    }

    private static IReadOnlyList<Basket> Read(params string[] lines) =>
        TransactionsFile.Read(new StringReader(string.Join('\n', [Heading, .. lines])));

    private static Basket Of(string id, int household) => new(id, household, 1, "2017-01-01T07:30:27", 100);

    private static IEnumerable<Basket> Shoppers(ulong seed) =>
        new Shoppers(seed, households: 12, run: 1,
            new DateTime(2026, 1, 2, 8, 0, 0, DateTimeKind.Unspecified))
            .Baskets().Take(2000);
}
