using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

public class TearTests
{
    private const int Held = 100;

    // Exchanges of a sale that redeems and earns.
    private const int Exchanges = 10;

    private readonly Chain _chain = new();

    /// <summary>Every exchange, before and after the chip acts, and where the card goes next.</summary>
    public static TheoryData<int, TearMoment, bool> Tears
    {
        get
        {
            var tears = new TheoryData<int, TearMoment, bool>();
            foreach (var moment in Enum.GetValues<TearMoment>())
            {
                for (var exchange = 1; exchange <= Exchanges; exchange++)
                {
                    tears.Add(exchange, moment, false);
                    tears.Add(exchange, moment, true);
                }
            }

            return tears;
        }
    }

    [Theory]
    [MemberData(nameof(Tears))]
    public void A_tap_torn_anywhere_neither_loses_nor_doubles_points(
        int exchange, TearMoment moment, bool elsewhere)
    {
        using var shop = new Shop(_chain);
        using var other = new Shop(_chain, number: 2);
        var card = CardWithPoints(shop);
        var checkout = shop.Post(1234, redeem: 30);

        card.Tear(exchange, moment);
        shop.Present(card);
        Assert.IsNotType<CheckoutState.Completed>(shop.StateOf(checkout));
        if (elsewhere)
            other.Sell(card, 500);
        shop.Present(card);

        var result = Assert.IsType<CheckoutState.Completed>(shop.StateOf(checkout)).Result;
        Assert.Equal((30, 12), (result.Redeemed, result.Earned));
        Assert.Equal(Held - 30 + 12 + (elsewhere ? 5 : 0), card.Look().Points);
        Assert.Equal(card.Look().Points, shop.PointsHappened() + other.PointsHappened());
        Assert.Equal(card.Look().Tmc, 1u + (uint)(shop.Happened().Count + other.Happened().Count));
        Assert.Empty(shop.Till.Journal.OpenDoubts());
    }

    [Theory]
    [MemberData(nameof(Tears))]
    public void A_tap_torn_anywhere_and_given_up_leaves_a_journal_that_tells_the_truth(
        int exchange, TearMoment moment, bool elsewhere)
    {
        using var shop = new Shop(_chain);
        using var other = new Shop(_chain, number: 2);
        var card = CardWithPoints(shop);
        var checkout = shop.Post(1234, redeem: 30);

        card.Tear(exchange, moment);
        shop.Present(card);
        shop.Till.Desk.Cancel(checkout.Id);
        if (elsewhere)
            other.Sell(card, 500);
        shop.Present(card);

        var sent = exchange == Exchanges;
        Assert.IsType(
            sent ? typeof(CheckoutState.Abandoned) : typeof(CheckoutState.Cancelled), shop.StateOf(checkout));
        Assert.Equal(sent, shop.Story.Contains(EntryBody.ContentOneofCase.Abandonment));
        Assert.Equal(card.Look().Points, shop.PointsHappened() + other.PointsHappened());
        Assert.Equal(card.Look().Tmc, 1u + (uint)(shop.Happened().Count + other.Happened().Count));
        Assert.Empty(shop.Till.Journal.OpenDoubts());
    }

    [Theory]
    [MemberData(nameof(Tears))]
    public void A_terminal_that_dies_while_the_card_is_torn_finds_out_after_its_restart(
        int exchange, TearMoment moment, bool elsewhere)
    {
        using var shop = new Shop(_chain);
        using var other = new Shop(_chain, number: 2);
        var card = CardWithPoints(shop);
        var checkout = shop.Post(1234, redeem: 30);

        card.Tear(exchange, moment);
        shop.Present(card);
        shop.Restart();
        if (elsewhere)
            other.Sell(card, 500);
        shop.Present(card);

        Assert.IsType<CheckoutState.Completed>(shop.StateOf(checkout));
        Assert.Equal(Held - 30 + 12 + (elsewhere ? 5 : 0), card.Look().Points);
        Assert.Equal(card.Look().Points, shop.PointsHappened() + other.PointsHappened());
    }

    private SimulatedCard CardWithPoints(Shop shop)
    {
        var card = _chain.Issue();
        shop.Sell(card, Held * 100);
        return card;
    }
}
