namespace SmartCardCrm.World.Tests;

/// <summary>When faults stop, everything must come to rest.</summary>
public sealed class ReckoningTests : IDisposable
{
    private readonly SmallChain _chain = new();

    public void Dispose() => _chain.Dispose();

    [Fact]
    public void A_chain_in_which_nothing_went_wrong_comes_to_rest() => _chain.Settle();

    [Fact]
    public void A_terminal_that_nobody_replaces_is_seen()
    {
        var forgotten = _chain.World.Enrol(0)!;
        forgotten.Halt("nobody knows that it is at a counter");
        _chain.World.Places.Insert(0, new Place(0, forgotten));

        Assert.Equal("liveness", SmallChain.Violated(_chain.Settle));
    }

    [Fact]
    public void A_server_that_knows_a_journal_otherwise_than_its_terminal_is_seen()
    {
        _chain.Forge("INSERT OR REPLACE INTO journal_head VALUES (2, 100, zeroblob(32), 0, 0)");

        Assert.Equal("I3", SmallChain.Violated(_chain.Settle));
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
