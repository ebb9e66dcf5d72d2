namespace SmartCardCrm.World.Tests;

/// <summary>Small runs in which cards and terminals fall into the wrong hands.</summary>
public sealed class FraudRunTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Cards_are_lost_copied_and_rolled_back_and_nothing_is_violated(ulong seed)
    {
        var outcome = ChainRun.Run(new WorldPlan(seed, Taps: 300, Members: 6, Terminals: 4, Fault.Card));

        Assert.Null(outcome.Violation);
        Assert.InRange(outcome.Faults["Card"], 1, 300);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_thief_gets_points_and_all_of_them_come_out(ulong seed)
    {
        var outcome = ChainRun.Run(new WorldPlan(seed, Taps: 300, Members: 6, Terminals: 4, Fault.Theft));

        Assert.Null(outcome.Violation);
        Assert.InRange(outcome.StolenPoints, 1, 1_000_000);
    }

    [Fact]
    public void Members_join_and_terminals_come_and_go_and_nothing_is_violated()
    {
        var outcome = ChainRun.Run(new WorldPlan(5, Taps: 600, Members: 6, Terminals: 4, Fault.Network));

        Assert.Null(outcome.Violation);
    }
}
