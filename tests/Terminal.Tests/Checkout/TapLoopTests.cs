using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

public class TapLoopTests
{
    private readonly Chain _chain = new();

    [Fact]
    public void Nothing_is_sent_to_a_card_that_nobody_asked_for()
    {
        using var shop = new Shop(_chain);

        var wire = shop.Present(_chain.Issue());

        Assert.Empty(wire);
    }

    [Fact]
    public void A_card_put_down_before_the_checkout_came_serves_it()
    {
        using var shop = new Shop(_chain);
        shop.Reader.Put(_chain.Issue());
        shop.StepUntilIdle();

        var checkout = shop.Post(100);
        shop.StepUntilIdle();

        Assert.IsType<CheckoutState.Completed>(shop.StateOf(checkout));
    }

    [Fact]
    public void An_insertion_serves_one_checkout_and_two_queue_on_one_reader()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var first = shop.Post(100);
        var second = shop.Post(200);

        shop.Present(card);
        var afterOne = shop.StateOf(second);
        shop.Present(card);

        Assert.IsType<CheckoutState.Completed>(shop.StateOf(first));
        Assert.IsType<CheckoutState.Waiting>(afterOne);
        Assert.IsType<CheckoutState.Completed>(shop.StateOf(second));
        Assert.Equal(3, card.Look().Points);
    }

    [Fact]
    public void A_checkout_for_another_reader_is_left_alone()
    {
        using var shop = new Shop(_chain);
        var checkout = shop.Post(100, reader: "the other one");

        var wire = shop.Present(_chain.Issue());

        Assert.Empty(wire);
        Assert.IsType<CheckoutState.Waiting>(shop.StateOf(checkout));
    }

    [Fact]
    public void A_stopped_terminal_serves_no_card_until_it_may_again()
    {
        using var shop = new Shop(_chain);
        var checkout = shop.Post(100);
        shop.Till.Desk.Stop("terminal-revoked");

        shop.Present(_chain.Issue());
        Assert.IsType<CheckoutState.Waiting>(shop.StateOf(checkout));
        shop.Till.Desk.Resume("terminal-revoked");
        shop.Present(_chain.Issue());

        Assert.IsType<CheckoutState.Completed>(shop.StateOf(checkout));
    }

    [Fact]
    public void Keys_that_are_forgotten_anywhere_in_a_tap_end_it_or_are_not_missed()
    {
        for (var last = 1; last <= 9; last++)
        {
            using var shop = new Shop(_chain);
            var sent = 0;
            shop.Reader.DieBefore = _ =>
            {
                if (++sent == last)
                    shop.Keys.Dispose();
                return false;
            };
            var card = _chain.Issue();

            var state = shop.Sell(card, 100);

            var sold = state is CheckoutState.Completed;
            Assert.True(
                sold || state is CheckoutState.PresentAgain(RetryCode.KeysForgotten), $"{last}: {state}");
            Assert.Equal(sold ? 1 : 0, card.Look().Points);
        }
    }

    [Fact]
    public void A_terminal_without_keys_sends_nothing()
    {
        using var shop = new Shop(_chain);
        shop.Keys.Replace([_chain.Master(CardKeyNumber.Enquiry)], _chain.ReaderIdKey(1));
        var checkout = shop.Post(100);

        var wire = shop.Present(_chain.Issue());

        Assert.Empty(wire);
        Assert.IsType<CheckoutState.Waiting>(shop.StateOf(checkout));
    }

    [Fact]
    public void A_guest_gets_the_card_after_the_checkout_on_the_readers_own_thread()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var checkout = shop.Post(100);
        var visits = new List<string>();
        shop.Till.Guests.Announce(new ReaderGuest(null, (reader, connection) =>
        {
            Assert.IsType<CheckoutState.Completed>(shop.StateOf(checkout));
            visits.Add($"{reader} {connection.Uid} {Environment.CurrentManagedThreadId}");
        }));

        shop.Present(card);
        shop.Present(card);

        Assert.Equal([$"counter {Chain.UidOf(1)} {Environment.CurrentManagedThreadId}"], visits);
    }

    [Fact]
    public void A_guest_whose_card_leaves_ends_nothing_but_its_visit()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        shop.Till.Guests.Announce(new ReaderGuest("counter", (_, _) => throw new CardLostException("gone")));

        shop.Present(card);

        Assert.IsType<CheckoutState.Completed>(shop.Sell(card, 100));
    }

    [Fact]
    public void A_guest_that_left_in_time_is_not_called()
    {
        using var shop = new Shop(_chain);
        var guest = new ReaderGuest("counter", (_, _) => Assert.Fail("It had left."));
        shop.Till.Guests.Announce(guest);

        Assert.True(shop.Till.Guests.Withdraw(guest));
        shop.Present(_chain.Issue());

        Assert.False(shop.Till.Guests.Withdraw(guest));
    }

    [Fact]
    public void An_unplugged_reader_goes_on_when_it_comes_back()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var checkout = shop.Post(100);
        shop.Reader.Unplugged = true;

        Assert.Empty(shop.Present(card));
        shop.Reader.Unplugged = false;
        shop.Present(card);

        Assert.IsType<CheckoutState.Completed>(shop.StateOf(checkout));
    }

    [Fact]
    public void Without_rules_nothing_is_sold()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        using var empty = new TemporaryTill(_chain);
        var checkout = Assert.IsType<CheckoutCreation.Created>(
            empty.Till.Desk.Create(Shop.Basket(100), "key")).Checkout;

        shop.Reader.Put(card);
        new TapLoop(shop.Reader, empty.Till).Step();

        Assert.Equal(
            new CheckoutState.Declined(DeclineReason.NoRules), empty.Till.Desk.Get(checkout.Id)?.State);
    }
}
