using SmartCardCrm.Demo.Business;
using SmartCardCrm.Demo.HeadOffice;
using SmartCardCrm.Demo.Measuring;
using SmartCardCrm.Demo.Purchases;
using SmartCardCrm.Demo.Rack;
using SmartCardCrm.Demo.Summary;

namespace SmartCardCrm.Demo.Tests;

public sealed class SummaryTests
{
    private const string Uid = "04AA00BB00CC00";
    private static readonly Overview Quiet = new(
        LedgerSum: 0, ExceptionsOpen: 0, DoubtsOpened: 0, DoubtsSettled: 0);

    private readonly TillBook _book = new();

    public SummaryTests()
    {
        _book.Open(Uid, 0);
        Sell("b1", amount: 1234, default, earned: 12, redeemed: 0, after: 12);
        Sell("b2", amount: 300, new Wish(0, All: true), earned: 2, redeemed: 12, after: 2);
    }

    [Fact]
    public void A_run_that_balances_says_so_in_ten_lines()
    {
        var summary = SummaryLines.Of(Balanced());

        Assert.Empty(summary.Failures);
        Assert.Equal(
            [
                "sales: 2", "earned: 14", "redeemed: 12", "apdus per sale: 9.50 (minimum 9.50)",
                "fsyncs per sale: 2.00",
                "lost: 0", "duplicated: 0", "ledger sum: 0", "cards matching ledger: 1 of 1",
                "exceptions open: 0",
            ],
            summary.Lines);
    }

    [Fact]
    public void Chaos_adds_a_line_about_doubts()
    {
        var summary = SummaryLines.Of(Balanced() with
        {
            IsChaos = true,
            Overview = Quiet with { DoubtsOpened = 3, DoubtsSettled = 3 },
        });

        Assert.Empty(summary.Failures);
        Assert.Equal("doubts: 3 settled: 3", summary.Lines[^1]);
    }

    public static TheoryData<string> Breaks =>
    [
        "lost", "duplicated", "chip", "counter", "ledger", "sum", "exception", "doubt", "apdu", "fsync",
        "missing basket",
        "problem", "behind the till's back",
    ];

    [Theory]
    [MemberData(nameof(Breaks))]
    public void Each_thing_that_does_not_balance_fails_the_run(string what)
    {
        var good = Balanced();
        var path = good.Path;

        var broken = what switch
        {
            "lost" => good with { Posted = [good.Posted[0]] },
            "duplicated" => good with { Posted = [.. good.Posted, good.Posted[1] with { Counter = 9 }] },
            "chip" => good with { Cards = [good.Cards[0] with { Chip = new ChipLook(3, 3) }] },
            "counter" => good with { Cards = [good.Cards[0] with { Chip = new ChipLook(2, 4) }] },
            "ledger" => good with { Cards = [good.Cards[0] with { Ledger = null }] },
            "sum" => good with { Overview = Quiet with { LedgerSum = 1 } },
            "exception" => good with { Overview = Quiet with { ExceptionsOpen = 1 } },
            "doubt" => good with { Overview = Quiet with { DoubtsOpened = 1 } },
            "apdu" => good with { Path = path with { Apdus = path.Apdus + 1 } },
            "fsync" => good with { Path = path with { Fsyncs = path.Fsyncs + 1 } },
            "missing basket" => good with { Baskets = 3 },
            "problem" => good with { Problems = ["something"] },
            _ => good with { Posted = [.. good.Posted, new PostedTransaction(Uid, 9, "nobody's", 0, 0, 0)] },
        };

        Assert.NotEmpty(SummaryLines.Of(broken).Failures);
    }

    [Fact]
    public void A_doubt_given_up_that_happened_after_all_is_explained_with_what_takes_it_back()
    {
        _book.GivenUp(new Told.GivenUp(Uid, "b3", InDoubt: true));
        Sell("b4", amount: 0, default, earned: 0, redeemed: 0, after: 2, adjusted: -5);
        var good = Balanced();

        var summary = SummaryLines.Of(good with
        {
            Baskets = 4,
            Posted = [.. good.Posted, new PostedTransaction(Uid, 9, "op-b3", 5, 0, 0)],
        });

        Assert.Empty(summary.Failures);
    }

    [Fact]
    public void An_answer_against_the_rules_is_a_contradiction()
    {
        Sell("b5", amount: 500, default, earned: 6, redeemed: 0, after: 8);

        Assert.Single(_book.Contradictions);
    }

    [Fact]
    public void A_balance_that_does_not_follow_from_the_receipts_is_a_contradiction()
    {
        Sell("b6", amount: 500, default, earned: 5, redeemed: 0, after: 9);

        Assert.Single(_book.Contradictions);
    }

    private Evidence Balanced() => new()
    {
        Book = _book,
        Posted = [.. _book.Sales.Select(
            (sale, i) =>
                new PostedTransaction(Uid, i, sale.OperationId, sale.Earned, sale.Redeemed, sale.Adjusted))],
        Cards =
        [
            new CardBooks(
                new Customer(1, 1, Uid), Opening: 0, new ChipLook(2, 3),
                new LedgerCard(Uid, CardNumber: 1_000_001, Balance: 2, Counter: 3)),
        ],
        Overview = Quiet,
        Path = new SalesPath(Sales: 2, Apdus: 19, ApdusLeast: 19, Fsyncs: 4, FsyncsApart: 0),
        Baskets = 2,
        IsChaos = false,
        Problems = [],
    };

    private void Sell(string basket, long amount, Wish wish, int earned, int redeemed, int after,
        int adjusted = 0) =>
        _book.Happened(
            new Basket(basket, 1, 1, "2026-01-02T08:00:00", amount), wish,
            new Told.Happened(Uid, basket, $"op-{basket}", earned, redeemed, adjusted, after),
            isDisturbed: adjusted != 0);
}
