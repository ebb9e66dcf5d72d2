using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Tests.Kit;
using BasketLine = SmartCardCrm.Loyalty.Programme.BasketLine;
using ReturnedLine = SmartCardCrm.Loyalty.Programme.ReturnedLine;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>Goods that one terminal sold come back at another, by what headquarters tells.</summary>
public sealed class ElsewhereTests : IDisposable
{
    private static readonly Basket TwoShirtsAndABook = new("USD",
    [
        new BasketLine("s-1", "SHIRT", 2000, 60_00, 0), new BasketLine("b-1", "BOOK", 1000, 15_00, 0),
    ]);

    private readonly Chain _chain = new();
    private readonly Shop _seller;
    private readonly Shop _desk;
    private readonly SimulatedCard _card;
    private readonly Guid _sale;

    public ElsewhereTests()
    {
        (_seller, _desk, _card) = (new Shop(_chain), new Shop(_chain, number: 2), _chain.Issue());
        var sold = _seller.Post(new Order.Sale(TwoShirtsAndABook, PointsAsked: 0));
        _seller.Present(_card);
        _sale = sold.Id;
    }

    public void Dispose()
    {
        _seller.Dispose();
        _desk.Dispose();
    }

    [Fact]
    public void The_goods_come_back_as_they_would_have_where_they_were_sold()
    {
        var checkout = Created(Post(_desk, OneShirt, Told()));

        _desk.Present(_card);

        var result = Assert.IsType<CheckoutState.Completed>(_desk.StateOf(checkout)).Result;
        Assert.Equal((LogKind.Return, 30, -30_00, 45), (
            result.Kind, result.Redeemed, result.DueMinor, result.BalanceAfter));
        var intent = _desk.Entries.Single(entry => entry.Intent is not null).Intent;
        Assert.Equal(Entries.ToBytes(_sale), intent.SaleOperationId);
        Assert.Empty(intent.ReturnedBefore);
    }

    [Fact]
    public void What_headquarters_told_is_kept_over_a_restart()
    {
        var checkout = Created(Post(_desk, OneShirt, Told()));

        _desk.Restart();
        _desk.Present(_card);

        Assert.IsType<CheckoutState.Completed>(_desk.StateOf(checkout));
    }

    [Fact]
    public void What_has_come_back_elsewhere_does_not_come_back_here()
    {
        var twoShirtsElsewhere = Told(new SaleReturn
        {
            Terminal = 3,
            WithCard = true,
            Lines = { new SyncContract.ReturnedLine { QuantityMilli = 2000 } },
        });

        Assert.Equal(DeclineReason.ReturnTooMuch, Refused(Post(_desk, OneShirt, twoShirtsElsewhere)));
        Assert.Equal(DeclineReason.ReturnTooMuch, Refused(Post(_seller, OneShirt, twoShirtsElsewhere)));
        var rest = Created(Post(_seller, new Order.Reversal(_sale), twoShirtsElsewhere));
        _seller.Present(_card);

        var result = Assert.IsType<CheckoutState.Completed>(_seller.StateOf(rest)).Result;
        Assert.Equal((15, -15_00), (result.Redeemed, result.DueMinor));
        Assert.Equal(2000, _seller.Entries.Last(entry => entry.Intent is not null).Intent.ReturnedBefore
            .Sum(line => line.QuantityMilli));
    }

    [Fact]
    public void What_has_come_back_here_counts_once_though_headquarters_knows_it_too()
    {
        Created(Post(_seller, OneShirt, told: null));
        _seller.Present(_card);
        var told = Told(OneShirtHere(_seller.Till.Journal.Undoing(_sale).Single().Sequence));

        Created(Post(_seller, OneShirt, told));
    }

    [Fact]
    public void What_this_journal_does_not_keep_any_more_is_as_headquarters_tells_it()
    {
        using var forgetful = new Shop(_chain);
        var told = Told(OneShirtHere(sequence: 3), OneShirtHere(sequence: 5));
        var theBook = new Order.Return(_sale, [new ReturnedLine(1, 1000)], WithoutCard: true);

        Assert.Equal(DeclineReason.ReturnTooMuch, Refused(Post(forgetful, OneShirt, told)));
        Created(Post(forgetful, theBook, told));
    }

    private static SaleReturn OneShirtHere(uint sequence) => new()
    {
        Terminal = 1,
        Sequence = sequence,
        WithCard = true,
        Lines = { new SyncContract.ReturnedLine { QuantityMilli = 1000 } },
    };

    [Fact]
    public void Without_headquarters_only_the_terminal_that_sold_takes_goods_back()
    {
        Assert.Equal(DeclineReason.HeadquartersAway, Refused(Post(_desk, OneShirt, told: null)));
        Assert.Equal(DeclineReason.SaleUnknown, Refused(Post(_desk, OneShirt, new FindSaleReply())));
        Created(Post(_seller, OneShirt, told: null));
    }

    [Fact]
    public void Without_the_card_goods_come_back_where_they_were_sold_and_nowhere_else()
    {
        var withoutCard = new Order.Return(_sale, [new ReturnedLine(0, 1000)], WithoutCard: true);
        var withCardElsewhere = new SaleReturn
        {
            Terminal = 3,
            WithCard = true,
            Lines = { new SyncContract.ReturnedLine { QuantityMilli = 1000 } },
        };
        var withoutCardElsewhere = new SaleReturn(withCardElsewhere) { WithCard = false };

        Assert.Equal(DeclineReason.SaleElsewhere, Refused(Post(_desk, withoutCard, Told())));
        Assert.Equal(
            DeclineReason.SaleElsewhere, Refused(Post(_seller, withoutCard, Told(withCardElsewhere))));
        Assert.Equal(
            DeclineReason.SaleElsewhere, Refused(Post(_desk, OneShirt, Told(withoutCardElsewhere))));
        Created(Post(_seller, withoutCard, Told()));
    }

    [Fact]
    public void Another_card_does_not_bring_them_back()
    {
        var other = _chain.Issue(2);
        _desk.Hear(new FeedItem { Card = Chain.ItemOf(2) });
        var checkout = Created(Post(_desk, OneShirt, Told()));

        _desk.Present(other);

        Assert.Equal(new CheckoutState.Declined(DeclineReason.CardOther), _desk.StateOf(checkout));
    }

    [Theory]
    [InlineData("rules")]
    [InlineData("time")]
    [InlineData("currency")]
    public void What_cannot_be_decided_again_here_is_as_unknown(string what)
    {
        var told = Told();
        switch (what)
        {
            case "rules":
                told.Terms.Context.RuleSetVersion = 99;
                break;
            case "time":
                told.Terms.Context.LocalTime = "yesterday";
                break;
            default:
                told.Terms.Context.Currency = "EUR";
                break;
        }

        Assert.Equal(DeclineReason.SaleUnknown, Refused(Post(_desk, OneShirt, told)));
    }

    private Order.Return OneShirt => new(_sale, [new ReturnedLine(0, 1000)]);

    private FindSaleReply Told(params IEnumerable<SaleReturn> returned)
    {
        var terms = _seller.Till.Journal.Trace(_sale)!.Intent.Clone();
        terms.Steps.Clear();
        return new FindSaleReply { Terminal = 1, Terms = terms, Returned = { returned } };
    }

    private int _posted;

    private CheckoutCreation Post(Shop shop, Order order, FindSaleReply? told) =>
        shop.Till.Desk.Create(Shop.Basket(0) with { Order = order }, $"return {_posted++}", told);

    private static Checkout Created(CheckoutCreation creation) =>
        Assert.IsType<CheckoutCreation.Created>(creation).Checkout;

    private static DeclineReason Refused(CheckoutCreation creation) =>
        Assert.IsType<CheckoutCreation.Refused>(creation).Reason;
}
