namespace SmartCardCrm.World.Tests;

/// <summary>When faults stop, everything must come to rest.</summary>
public sealed class ReckoningTests : IDisposable
{
    private readonly SmallChain _chain = new();

    public void Dispose() => _chain.Dispose();

    [Fact]
    public void A_chain_in_which_nothing_went_wrong_comes_to_rest() => _chain.Settle();

    [Fact]
    public void A_terminal_that_never_serves_again_is_seen()
    {
        _chain.Terminal.Halt("forgotten");

        Assert.Equal("liveness", SmallChain.Violated(_chain.Settle));
    }

    [Fact]
    public void A_terminal_that_never_connects_again_is_seen()
    {
        _chain.World.Server.Die(power: false);
        _chain.World.Server.Bury();

        Assert.Equal("liveness", SmallChain.Violated(_chain.Settle));
    }

    [Fact]
    public void A_server_that_has_lost_what_it_acknowledged_is_seen()
    {
        var before = _chain.World.Server.Disk.Copy();
        _chain.Sell();
        _chain.Pass(TimeSpan.FromHours(1));
        _chain.World.Server.Die(power: false);
        _chain.World.Server.Bury();
        _chain.World.Server.Disk.Restore(before);

        Assert.Equal("acknowledged", SmallChain.Violated(() => _chain.World.Server.Start()));
    }
}
