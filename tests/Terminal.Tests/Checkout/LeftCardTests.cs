using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>Cards that stay on the reader, cards that cannot be opened, and readers that go and come
/// back.</summary>
public sealed class LeftCardTests : IDisposable
{
    private readonly Chain _chain = new();
    private readonly Shop _shop;

    public LeftCardTests() => _shop = new Shop(_chain);

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_card_left_after_its_sale_does_not_serve_the_next_customer()
    {
        Leave(100);

        var next = _shop.Post(200);
        _shop.StepUntilIdle();
        var before = _shop.StateOf(next);
        _shop.Reader.Take();
        _shop.StepUntilIdle();
        _shop.Present(_chain.Issue(number: 3));

        Assert.IsType<CheckoutState.Waiting>(before);
        Assert.IsType<CheckoutState.Completed>(_shop.StateOf(next));
    }

    [Fact]
    public void Nor_when_the_reader_was_away_for_a_moment()
    {
        var card = Leave(100);
        _shop.Reader.Unplugged = true;
        _shop.StepUntilIdle();
        _shop.Reader.Unplugged = false;
        _shop.Reader.Put(card);

        ServesOnlyWhenPresentedAgain(card);
    }

    [Fact]
    public void Nor_when_the_terminal_was_restarted_meanwhile()
    {
        var card = Leave(100);
        _shop.Restart();

        ServesOnlyWhenPresentedAgain(card);
    }

    [Fact]
    public void A_card_that_comes_after_a_restart_serves_also_the_one_that_was_served_last()
    {
        var card = Leave(100);
        _shop.Reader.Take();
        _shop.Restart();
        _shop.StepUntilIdle();

        var next = _shop.Post(200);
        _shop.Present(card);

        Assert.IsType<CheckoutState.Completed>(_shop.StateOf(next));
    }

    [Fact]
    public void A_card_whose_sale_is_not_over_goes_on_when_the_reader_is_back()
    {
        var card = _chain.Issue();
        var checkout = _shop.Post(100);
        card.Tear(7, TearMoment.Before);
        _shop.Reader.Put(card);
        _shop.StepUntilIdle();
        _shop.Reader.Unplugged = true;
        _shop.StepUntilIdle();
        _shop.Reader.Unplugged = false;

        _shop.Reader.Put(card);
        _shop.StepUntilIdle();

        Assert.IsType<CheckoutState.Completed>(_shop.StateOf(checkout));
    }

    [Fact]
    public void Another_card_found_when_the_reader_is_back_serves()
    {
        Leave(100);
        _shop.Reader.Unplugged = true;
        _shop.StepUntilIdle();
        _shop.Reader.Unplugged = false;
        _shop.Reader.Put(_chain.Issue(2));

        var next = _shop.Post(200);
        _shop.StepUntilIdle();

        Assert.IsType<CheckoutState.Completed>(_shop.StateOf(next));
    }

    [Fact]
    public void Two_cards_at_once_are_explained_to_the_till_after_three_seconds_and_one_alone_serves()
    {
        var checkout = _shop.Post(100);
        _shop.Reader.Mute = true;
        _shop.Reader.Put(_chain.Issue());
        _shop.StepUntilIdle();
        _chain.Clock.Advance(TimeSpan.FromSeconds(2.9));
        _shop.StepUntilIdle();
        var early = _shop.StateOf(checkout);
        _chain.Clock.Advance(TimeSpan.FromSeconds(0.1));
        _shop.StepUntilIdle();
        var told = _shop.StateOf(checkout);

        _shop.Reader.Mute = false;
        _shop.Present(_chain.Issue());

        Assert.IsType<CheckoutState.Waiting>(early);
        Assert.Equal(new CheckoutState.PresentAgain(RetryCode.CardUnreadable), told);
        Assert.IsType<CheckoutState.Completed>(_shop.StateOf(checkout));
    }

    [Fact]
    public void What_lies_there_unreadable_before_the_checkout_comes_is_explained_at_once_and_once()
    {
        _shop.Reader.Mute = true;
        _shop.Reader.Put(_chain.Issue());
        _shop.StepUntilIdle();
        _chain.Clock.Advance(TimeSpan.FromMinutes(1));
        _shop.StepUntilIdle();

        var first = _shop.Post(100);
        _shop.StepUntilIdle();
        var second = _shop.Post(200);
        _shop.StepUntilIdle();

        Assert.IsType<CheckoutState.PresentAgain>(_shop.StateOf(first));
        Assert.IsType<CheckoutState.Waiting>(_shop.StateOf(second));
    }

    [Fact]
    public void A_reader_does_not_ask_for_ever_what_cannot_be_opened()
    {
        _shop.Reader.Mute = true;
        _shop.Reader.Put(_chain.Issue());
        _shop.StepUntilIdle();
        _chain.Clock.Advance(TimeSpan.FromSeconds(3));
        _shop.StepUntilIdle();
        var tries = _shop.Reader.Tries;

        _chain.Clock.Advance(TimeSpan.FromMinutes(1));
        _shop.StepUntilIdle();

        Assert.Equal(tries, _shop.Reader.Tries);
    }

    [Fact]
    public void Two_readers_serve_one_checkout_with_the_card_that_comes_first_and_the_next_with_the_other()
    {
        using var window = new SimulatedReader("window");
        var loop = new TapLoop(window, _shop.Till);
        var first = _shop.Post(100);
        var second = _shop.Post(200);
        _shop.Reader.Put(_chain.Issue(1));
        window.Put(_chain.Issue(2));

        loop.Step();
        _shop.StepUntilIdle();

        Assert.Equal("window", _shop.Till.Desk.Get(first.Id)?.Reader);
        Assert.Equal("counter", _shop.Till.Desk.Get(second.Id)?.Reader);
        Assert.IsType<CheckoutState.Completed>(_shop.StateOf(first));
        Assert.IsType<CheckoutState.Completed>(_shop.StateOf(second));
    }

    [Fact]
    public void One_reason_to_stop_is_lifted_without_the_other()
    {
        var checkout = _shop.Post(100);
        _shop.Till.Desk.Stop(StopCode.KeysExpired);
        _shop.Till.Desk.Stop(StopCode.Tamper);

        _shop.Till.Desk.Resume(StopCode.Tamper);
        _shop.Present(_chain.Issue());

        Assert.Equal(StopCode.KeysExpired, _shop.Till.Desk.StoppedBecause);
        Assert.IsType<CheckoutState.Waiting>(_shop.StateOf(checkout));
    }

    private SimulatedCard Leave(long amountMinor)
    {
        var card = _chain.Issue();
        var checkout = _shop.Post(amountMinor);
        _shop.Reader.Put(card);
        _shop.StepUntilIdle();
        Assert.IsType<CheckoutState.Completed>(_shop.StateOf(checkout));
        return card;
    }

    private void ServesOnlyWhenPresentedAgain(SimulatedCard card)
    {
        var next = _shop.Post(200);
        _shop.StepUntilIdle();
        var before = _shop.StateOf(next);
        _shop.Reader.Take();
        _shop.StepUntilIdle();
        _shop.Present(card);

        Assert.IsType<CheckoutState.Waiting>(before);
        Assert.IsType<CheckoutState.Completed>(_shop.StateOf(next));
    }
}
