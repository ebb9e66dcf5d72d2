using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

public sealed class CheckoutDeskTests : IDisposable
{
    private readonly Chain _chain = new();
    private readonly Shop _shop;

    public CheckoutDeskTests() => _shop = new Shop(_chain);

    private CheckoutDesk Desk => _shop.Till.Desk;

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void The_same_request_under_the_same_key_is_the_same_checkout_even_after_it_ended_and_a_restart()
    {
        var first = _shop.Post(100, key: "receipt 1");

        Assert.Equal(
            new CheckoutCreation.Same(first), Desk.Create(Shop.Basket(100), "receipt 1"));
        _shop.Present(_chain.Issue());
        _shop.Restart();

        var again = Assert.IsType<CheckoutCreation.Same>(Desk.Create(Shop.Basket(100), "receipt 1"));
        Assert.Equal(first.Id, again.Checkout.Id);
        Assert.IsType<CheckoutState.Completed>(again.Checkout.State);
    }

    [Fact]
    public void Another_request_under_the_same_key_is_a_conflict()
    {
        _shop.Post(100, key: "receipt 1");

        Assert.IsType<CheckoutCreation.Conflict>(Desk.Create(Shop.Basket(200), "receipt 1"));
    }

    [Fact]
    public void A_cancelled_checkout_is_not_served_and_cancelling_twice_says_the_same()
    {
        var checkout = _shop.Post(100);

        Assert.Equal(CancelAnswer.Cancelled, Desk.Cancel(checkout.Id));
        Assert.Equal(CancelAnswer.Cancelled, Desk.Cancel(checkout.Id));

        Assert.Empty(_shop.Present(_chain.Issue()));
        Assert.Equal(CancelAnswer.Unknown, Desk.Cancel(Guid.Empty));
    }

    [Fact]
    public void A_completed_checkout_cannot_be_cancelled()
    {
        var checkout = _shop.Post(100);
        _shop.Present(_chain.Issue());

        Assert.Equal(CancelAnswer.AlreadyOver, Desk.Cancel(checkout.Id));
    }

    [Theory]
    [InlineData(7, typeof(CheckoutState.Cancelled))]
    [InlineData(9, typeof(CheckoutState.Abandoned))]
    public void A_checkout_cancelled_during_its_tap_ends_with_it(int tornAt, Type expected)
    {
        var card = _chain.Issue();
        var checkout = _shop.Post(100);
        card.Tear(tornAt, TearMoment.After);
        var answers = new List<CancelAnswer>();
        Action cancel = () => answers.Add(Desk.Cancel(checkout.Id));
        _shop.Till.Journal.Grew += () =>
        {
            if (answers.Count == 0)
                cancel();
        };

        _shop.Present(card);

        Assert.Equal([CancelAnswer.Asked], answers);
        Assert.IsType(expected, _shop.StateOf(checkout));
    }

    [Fact]
    public void A_checkout_times_out_and_an_attempt_gives_it_its_time_again()
    {
        var card = _chain.Issue();
        var waiting = _shop.Post(100, reader: "elsewhere");
        var tried = _shop.Post(100);
        card.Tear(7, TearMoment.After);
        _chain.Clock.Advance(TimeSpan.FromSeconds(40));
        _shop.Present(card);
        _chain.Clock.Advance(TimeSpan.FromSeconds(40));

        _shop.StepUntilIdle();

        Assert.IsType<CheckoutState.TimedOut>(_shop.StateOf(waiting));
        Assert.IsType<CheckoutState.PresentAgain>(_shop.StateOf(tried));
        _chain.Clock.Advance(TimeSpan.FromSeconds(20));
        _shop.StepUntilIdle();
        Assert.IsType<CheckoutState.TimedOut>(_shop.StateOf(tried));
    }

    [Fact]
    public void A_checkout_in_doubt_whose_time_is_over_is_abandoned_in_the_journal_too()
    {
        var card = _chain.Issue();
        var checkout = _shop.Post(100);
        card.Tear(9, TearMoment.After);
        _shop.Present(card);

        _chain.Clock.Advance(TimeSpan.FromMinutes(1));
        _shop.StepUntilIdle();

        Assert.IsType<CheckoutState.Abandoned>(_shop.StateOf(checkout));
        Assert.Equal(1u, _shop.Entries[^1].Abandonment.IntentSequence);
    }

    [Fact]
    public void A_waiting_checkout_survives_a_restart()
    {
        var checkout = _shop.Post(100);

        _shop.Restart();

        Assert.Equal(checkout, Desk.Get(checkout.Id));
        _shop.Present(_chain.Issue());
        Assert.IsType<CheckoutState.Completed>(_shop.StateOf(checkout));
    }

    [Fact]
    public async Task Watchers_see_each_change_in_order()
    {
        using var cancellation = new CancellationTokenSource();
        var seen = Desk.Watch(cancellation.Token);
        _shop.Post(100);
        _shop.Present(_chain.Issue());

        var states = new List<string>();
        await foreach (var checkout in seen)
        {
            states.Add(checkout.State.GetType().Name);
            if (checkout.State.IsOver)
                break;
        }

        Assert.Equal(["Waiting", "Tapping", "Completed"], states);
    }
}
