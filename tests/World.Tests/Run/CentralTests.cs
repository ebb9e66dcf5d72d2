using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Offline;

namespace SmartCardCrm.World.Tests;

/// <summary>A terminal without keys, over a line that breaks at any message.</summary>
public sealed class CentralTests
{
    private const int Purchases = 250;

    [Fact]
    public void Headquarters_decides_everything_at_a_terminal_without_keys_and_nothing_is_violated()
    {
        using var world = new ChainWorld(
            new WorldPlan(7, Taps: 10_000, Members: 4, Terminals: 1, Fault.Network | Fault.Tear));
        world.Open();
        var terminal = world.Enrol(0)!;
        world.Places.Add(new Place(0, terminal));
        var cards = Enumerable.Range(0, 4)
            .Select(member => world.Office.Issue(world.Office.Join(), member)!).ToList();
        world.Office.Decide(terminal, OperationModes.NoKeys);
        Pass(world);
        terminal.Die(power: false);
        terminal.Bury();
        Pass(world);
        Assert.False(terminal.Keys.Ready);

        var dice = Dice.For(7, "central");
        for (var i = 0; i < Purchases; i++)
        {
            world.Cashier.Serve(
                terminal, dice.Pick(cards), 500 + dice.Below(20_000), dice.Chance(0.4) ? dice.Below(150) : 0);
            Pass(world);
        }

        new Reckoning(world).Settle();
        var made = world.Truth.MadeBy(terminal.Number).Select(m => m.Purchase.Commits[^1].Record).ToList();
        Assert.InRange(made.Count, Purchases / 2, 2 * Purchases);
        Assert.All(made, record => Assert.True(record.Circumstances.HasFlag(Circumstances.Centralised)));
        Assert.InRange(made.Count(record => record.Redeemed > 0), 20, Purchases);
        Assert.InRange(world.Strikes["Network"], 10, 1000);
        Assert.InRange(world.Strikes["Tear"], 10, 1000);
    }

    private static void Pass(ChainWorld world) =>
        world.Timeline.RunUntil(world.Timeline.Now + TimeSpan.FromMinutes(20));
}
