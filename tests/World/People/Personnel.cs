namespace SmartCardCrm.World;

/// <summary>What head office does with terminals while the shops are open: new ones come, others are
/// revoked.</summary>
internal sealed class Personnel(ChainWorld world)
{
    private readonly Dice _dice = Dice.For(world.Plan.Seed, "personnel");

    /// <summary>Whether a new member joins before this visit.</summary>
    public bool SomebodyJoins() => world.Server.IsUp && _dice.Chance(0.004);

    /// <summary>Time for something to be decided about terminals.</summary>
    public void Decide()
    {
        if (!world.Server.IsUp)
            return;
        if (_dice.Chance(0.001))
            Add();
        if (_dice.Chance(0.003))
            Revoke(_dice.Pick(world.Places).Terminal);
    }

    /// <summary>Headquarters trusts a terminal no more: its line ends at once.</summary>
    /// <returns>Whether headquarters has written it down.</returns>
    public bool Revoke(TerminalMachine terminal)
    {
        var revoked = false;
        world.Server.Guarded(() => revoked = world.Server.Rooms!.Terminals.Revoke(terminal.Number, "world"));
        world.Weather.Decided();
        var isWritten = revoked && world.Server.IsUp;
        if (isWritten)
        {
            world.Story.Note(Column.Server, "server revokes terminal {0}", terminal.Number);
            terminal.Line.Revoked();
        }

        world.Server.Bury();
        return isWritten;
    }

    private void Add()
    {
        var store = _dice.Pick(world.Places).Store;
        if (world.Enrol(store) is { } terminal)
            world.Places.Add(new Place(store, terminal));
        world.Server.Bury();
    }
}
