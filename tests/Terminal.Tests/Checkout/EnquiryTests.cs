using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

public class EnquiryTests
{
    private static readonly Basket TenDollars = Basket.Of(new Money(10_00, "USD"));

    private readonly Chain _chain = new();

    [Theory]
    [InlineData(false, "5A 71 AF AB")]
    [InlineData(true, "5A 71 AF AB AD")]
    public void A_card_is_asked_in_as_few_exchanges_as_can_be_and_nothing_is_written(
        bool withMember, string expected)
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        shop.Sell(card, 10_000);
        var entries = shop.Till.Journal.Head.Sequence;
        shop.Post(new Order.Enquiry(null, 0, withMember));

        var wire = shop.Present(card);

        Assert.Equal(expected, string.Join(' ', wire.Select(c => $"{c[1]:X2}")));
        Assert.Equal(entries, shop.Till.Journal.Head.Sequence);
        Assert.Equal(2u, card.Look().Tmc);
    }

    [Fact]
    public void A_card_says_what_it_holds_and_whose_it_is()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        shop.Sell(card, 10_000);

        var result = Ask(shop, card, new Order.Enquiry(null, 0, WithMember: true));

        Assert.Equal(
            (1UL, 100, 2u, "en"), (result.CardNumber, result.Balance, result.Counter, result.Language));
        Assert.Null(result.Declined);
        Assert.Null(result.Quote);
    }

    [Fact]
    public void A_quote_is_what_the_sale_then_does_and_the_card_may_stay_for_it()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        shop.Sell(card, 10_000);
        shop.Hear(new FeedItem
        {
            CardAction = new CardActionItem
            {
                Uid = Chain.ItemOf(1).Card.Uid,
                Generation = 1,
                Number = 1,
                Points = 50,
            },
        });
        var enquiry = shop.Post(new Order.Enquiry(TenDollars, 30, WithMember: false));
        shop.Reader.Put(card);
        shop.StepUntilIdle();
        var quote = Answer(shop, enquiry).Quote!;

        var sale = shop.Post(new Order.Sale(TenDollars, 30));
        shop.StepUntilIdle();

        var sold = Assert.IsType<CheckoutState.Completed>(shop.StateOf(sale)).Result;
        Assert.Equal((30, 9, 9_70, 129), (quote.Redeemed, quote.Earned, quote.DueMinor, quote.BalanceAfter));
        Assert.Equal(
            (quote.Redeemed, quote.Earned, quote.DueMinor, quote.BalanceAfter),
            (sold.Redeemed, sold.Earned, sold.DueMinor, sold.BalanceAfter));
        Assert.Equal(quote.CardActions, sold.CardActions);
    }

    [Fact]
    public void A_card_that_could_not_buy_says_why_and_still_tells_its_balance()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        shop.Sell(card, 10_000);
        var blocked = Chain.ItemOf(1);
        blocked.Status = SyncContract.CardStatus.Blocked;
        shop.Hear(new FeedItem { Card = blocked });

        var result = Ask(shop, card, new Order.Enquiry(TenDollars, 0, WithMember: false));

        Assert.Equal((DeclineReason.CardBlocked, 100), (result.Declined, result.Balance));
        Assert.Null(result.Quote);
    }

    [Fact]
    public void A_torn_enquiry_waits_for_the_card_to_come_again()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var enquiry = shop.Post(new Order.Enquiry(null, 0, WithMember: false));
        card.Tear(4, TearMoment.Before);

        shop.Present(card);
        Assert.Equal(new CheckoutState.PresentAgain(RetryCode.CardLost), shop.StateOf(enquiry));
        shop.Present(card);

        Assert.Equal(0, Answer(shop, enquiry).Balance);
    }

    private static EnquiryResult Ask(Shop shop, SimulatedCard card, Order order)
    {
        var enquiry = shop.Post(order);
        shop.Present(card);
        return Answer(shop, enquiry);
    }

    private static EnquiryResult Answer(Shop shop, Checkout enquiry) =>
        Assert.IsType<CheckoutState.Answered>(shop.StateOf(enquiry)).Result;
}
