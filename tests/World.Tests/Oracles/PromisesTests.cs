
namespace SmartCardCrm.World.Tests;

/// <summary>A terminal must not tell the till what is not so.</summary>
public sealed class PromisesTests : IDisposable
{
    private readonly SmallChain _chain = new();

    public void Dispose() => _chain.Dispose();

    [Fact]
    public void What_is_completed_must_be_on_the_card() =>
        Assert.Equal("I3", Violated(_chain.Untapped(), _chain.Sale.Told));

    [Fact]
    public void What_is_completed_must_be_what_the_card_says()
    {
        var told = (CheckoutState.Completed)_chain.Sale.Told!;

        Assert.Equal("I3", Violated(
            _chain.Sale, new CheckoutState.Completed(told.Result with { BalanceAfter = 1000 })));
    }

    [Fact]
    public void What_the_card_did_must_not_be_cancelled()
    {
        _chain.Sale.Told = null;

        Assert.Equal("I4", Violated(_chain.Sale, new CheckoutState.Cancelled()));
    }

    [Fact]
    public void What_is_over_must_stay_so()
    {
        var purchase = _chain.Untapped();
        purchase.Told = new CheckoutState.Cancelled();

        Assert.Equal("I3", Violated(purchase, new CheckoutState.TimedOut()));
    }

    [Fact]
    public void A_terminal_must_not_forget_what_it_sold()
    {
        var before = _chain.Terminal.Disk.Copy();
        _chain.Sell();
        _chain.Terminal.Die(power: false);
        _chain.Terminal.Bury();
        _chain.Terminal.Disk.Restore(before);

        Assert.Equal("I4", SmallChain.Violated(() => _chain.Terminal.Start()));
    }

    private string Violated(Purchase purchase, CheckoutState? told) =>
        SmallChain.Violated(() => _chain.World.Promises.Heard(_chain.Terminal, purchase, told));
}
