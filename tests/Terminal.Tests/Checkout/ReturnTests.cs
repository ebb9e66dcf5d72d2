using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.Terminal.Tests.Kit;
using FeedBatch = SmartCardCrm.SyncContract.FeedBatch;
using FeedItem = SmartCardCrm.SyncContract.FeedItem;

namespace SmartCardCrm.Terminal.Tests;

public class ReturnTests
{
    private static readonly Basket TwoShirtsAndABook = new("USD",
    [
        new BasketLine("s-1", "SHIRT", 2000, 60_00, 0), new BasketLine("b-1", "BOOK", 1000, 15_00, 0),
    ]);

    private readonly Chain _chain = new();

    [Fact]
    public void A_return_takes_the_goods_points_back_and_says_what_to_pay_back()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var sale = Sell(shop, card, TwoShirtsAndABook);
        var checkout = shop.Post(new Order.Return(sale, [new ReturnedLine(0, 1000)]));

        var wire = shop.Present(card);

        Assert.Equal("5A 71 AF AB 6C DC 8B C8 C7", string.Join(' ', wire.Select(c => $"{c[1]:X2}")));
        var result = Completed(shop, checkout);
        Assert.Equal((LogKind.Return, 0, 30, -30_00, 45), (
            result.Kind, result.Earned, result.Redeemed, result.DueMinor, result.BalanceAfter));
        Assert.Equal(45, card.Look().Points);
        var record = LogRecord.Decode(Convert.FromHexString(card.Look().NewestRecord!));
        Assert.Equal((LogKind.Return, -30_00), (record.Kind, record.Amount));
    }

    [Fact]
    public void A_reversal_undoes_what_is_left_of_the_sale()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var sale = Sell(shop, card, TwoShirtsAndABook);
        Serve(shop, card, new Order.Return(sale, [new ReturnedLine(0, 1000)]));

        var result = Serve(shop, card, new Order.Reversal(sale));

        Assert.Equal((LogKind.Reversal, 45, -45_00), (result.Kind, result.Redeemed, result.DueMinor));
        Assert.Equal(0, card.Look().Points);
        Assert.Equal(DeclineReason.ReturnTooMuch, Refused(shop, new Order.Reversal(sale)));
    }

    [Fact]
    public void Points_the_card_does_not_hold_any_more_are_owed()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var sale = Sell(shop, card, TwoShirtsAndABook);
        shop.Sell(card, 60, redeem: 60);

        var result = Serve(shop, card, new Order.Reversal(sale));

        Assert.Equal((15, -60, 0), (result.Redeemed, result.OnAccount, result.BalanceAfter));
    }

    [Theory]
    [InlineData(Shortfall.Owed, -60, 0, -75_00)]
    [InlineData(Shortfall.Forgiven, 0, 0, -75_00)]
    [InlineData(Shortfall.FromRefund, 0, 60, -74_40)]
    public void What_becomes_of_points_that_are_missing_is_the_programmes_to_say(
        Shortfall shortfall, int onAccount, int fromRefund, long due)
    {
        using var shop = new Shop(_chain);
        var rules = Chain.Rules with { Version = 2, Returns = new ReturnPolicy { Shortfall = shortfall } };
        shop.Till.Take(new FeedBatch
        {
            Items = { new FeedItem { Position = 900, RuleSet = Chain.RuleSetItem(rules.ToDocument()) } },
        });
        var card = _chain.Issue();
        var sale = Sell(shop, card, TwoShirtsAndABook);
        shop.Sell(card, 60, redeem: 60);

        var result = Serve(shop, card, new Order.Reversal(sale));

        Assert.Equal(
            (15, onAccount, fromRefund, due),
            (result.Redeemed, result.OnAccount, result.FromRefund, result.DueMinor));
        shop.Restart();
        Assert.Equal(fromRefund, (int)shop.Entries[^2].Intent.FromRefund);
    }

    [Fact]
    public void A_sale_is_undone_with_the_card_that_bought_only()
    {
        using var shop = new Shop(_chain, 1, cards: [1, 2]);
        var card = _chain.Issue();
        var other = _chain.Issue(2);
        var sale = Sell(shop, card, TwoShirtsAndABook);
        var checkout = shop.Post(new Order.Reversal(sale));

        shop.Present(other);

        Assert.Equal(new CheckoutState.Declined(DeclineReason.CardOther), shop.StateOf(checkout));
    }

    [Fact]
    public void What_cannot_be_undone_is_refused_before_a_card_comes()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var sale = Sell(shop, card, TwoShirtsAndABook);

        Assert.Equal(DeclineReason.HeadquartersAway, Refused(shop, new Order.Reversal(Guid.Empty)));
        Assert.Equal(
            DeclineReason.ReturnTooMuch, Refused(shop, new Order.Return(sale, [new ReturnedLine(1, 1001)])));
        Assert.Equal(
            DeclineReason.ReturnTooMuch, Refused(shop, new Order.Return(sale, [new ReturnedLine(2, 1)])));
        shop.Post(new Order.Return(sale, [new ReturnedLine(1, 1)]));
        Assert.Equal(
            DeclineReason.SaleBusy, Refused(shop, new Order.Return(sale, [new ReturnedLine(0, 1)])));
    }

    [Fact]
    public void A_return_cannot_be_undone()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var sale = Sell(shop, card, TwoShirtsAndABook);
        var back = shop.Post(new Order.Reversal(sale));
        shop.Present(card);

        Assert.Equal(DeclineReason.SaleUnknown, Refused(shop, new Order.Reversal(back.Id)));
    }

    [Theory]
    [InlineData(9, TearMoment.Before)]
    [InlineData(9, TearMoment.After)]
    public void A_return_in_doubt_counts_until_it_is_settled(int exchange, TearMoment moment)
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var sale = Sell(shop, card, TwoShirtsAndABook);
        var checkout = shop.Post(new Order.Return(sale, [new ReturnedLine(0, 2000)]));
        card.Tear(exchange, moment);
        shop.Present(card);
        Assert.IsType<CheckoutState.InDoubt>(shop.StateOf(checkout));

        shop.Restart();
        shop.Present(card);

        Assert.Equal((60, -60_00), (Completed(shop, checkout).Redeemed, Completed(shop, checkout).DueMinor));
        Assert.Equal(15, card.Look().Points);
        Assert.Equal(
            DeclineReason.ReturnTooMuch, Refused(shop, new Order.Return(sale, [new ReturnedLine(0, 1)])));
    }

    [Fact]
    public void Goods_of_a_return_the_till_gave_up_may_come_back_again()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var sale = Sell(shop, card, TwoShirtsAndABook);
        var checkout = shop.Post(new Order.Reversal(sale));
        card.Tear(9, TearMoment.Before);
        shop.Present(card);
        shop.Till.Desk.Cancel(checkout.Id);

        Assert.Equal(75, Serve(shop, card, new Order.Reversal(sale)).Redeemed);
    }

    [Fact]
    public void A_sale_that_the_till_gave_up_has_nothing_to_undo()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var checkout = shop.Post(new Order.Sale(TwoShirtsAndABook, 0));
        card.Tear(9, TearMoment.After);
        shop.Present(card);
        shop.Till.Desk.Cancel(checkout.Id);
        shop.Present(card);

        Assert.Equal(DeclineReason.SaleUnknown, Refused(shop, new Order.Reversal(checkout.Id)));
    }

    private static Guid Sell(Shop shop, SimulatedCard card, Basket basket)
    {
        var checkout = shop.Post(new Order.Sale(basket, 0));
        shop.Present(card);
        Completed(shop, checkout);
        return checkout.Id;
    }

    private static CheckoutResult Serve(Shop shop, SimulatedCard card, Order order)
    {
        var checkout = shop.Post(order);
        shop.Present(card);
        return Completed(shop, checkout);
    }

    private static CheckoutResult Completed(Shop shop, Checkout checkout) =>
        Assert.IsType<CheckoutState.Completed>(shop.StateOf(checkout)).Result;

    private static DeclineReason Refused(Shop shop, Order order) =>
        Assert.IsType<CheckoutCreation.Refused>(shop.Create(order)).Reason;
}
