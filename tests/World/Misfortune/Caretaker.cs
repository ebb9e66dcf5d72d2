namespace SmartCardCrm.World;

/// <summary>Shop IT and the supervisors of processes: what has ended is started again, what is broken is
/// replaced.</summary>
internal sealed class Caretaker(ChainWorld world)
{
    private const int StartsMost = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Round = TimeSpan.FromMinutes(7);

    private readonly Dice _dice = Dice.For(world.Plan.Seed, "caretaker");
    private readonly Dictionary<TerminalMachine, int> _failed = [];

    /// <summary>Looks after everything from now on.</summary>
    public void Begin() => world.Timeline.After(Pause, Watch);

    /// <summary>One round.</summary>
    public void Look()
    {
        if (!world.Server.IsUp && world.Server.Start())
        {
            foreach (var place in world.Places)
                place.Terminal.Line.Connect();
        }

        foreach (var place in world.Places)
            Look(place);
    }

    private void Watch()
    {
        Look();
        var everythingRuns = world.Server.IsUp && world.Places.All(p => p.Terminal.IsUp);
        world.Timeline.After(everythingRuns ? Round : Pause + _dice.Within(Pause), Watch);
    }

    private void Look(Place place)
    {
        var terminal = place.Terminal;
        if (terminal.Halted is not null)
        {
            terminal.End();
            if (world.Enrol(place.Store) is { } next)
                place.Terminal = next;
            return;
        }

        if (terminal.IsUp)
        {
            terminal.KeepSmall();
            return;
        }

        if (terminal.Start())
        {
            _failed.Remove(terminal);
            terminal.Line.Connect();
            return;
        }

        // A full disk is emptied some time; a broken journal stays broken.
        if (terminal.Disk.Full)
            return;
        var failures = _failed[terminal] = _failed.GetValueOrDefault(terminal) + 1;
        if (failures == StartsMost)
        {
            Truth.Demand(
                terminal.DiskBetrayed, "liveness",
                $"terminal {terminal.Number} does not start on a sound disk: {terminal.Failure}");
            terminal.Halt("journal-failed");
        }
    }
}

/// <summary>A place at a counter, and the terminal that stands there now.</summary>
internal sealed class Place(int store, TerminalMachine terminal)
{
    public int Store => store;

    public TerminalMachine Terminal { get; set; } = terminal;
}
