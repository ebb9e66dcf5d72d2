namespace SmartCardCrm.World;

/// <summary>Shop IT and the supervisors of processes: what has ended is started again, what is broken is
/// replaced. Comes when called.</summary>
internal sealed class Caretaker(ChainWorld world)
{
    private const int StartsMost = 4;
    private static readonly TimeSpan First = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Most = TimeSpan.FromHours(1);

    private readonly Dice _dice = Dice.For(world.Plan.Seed, "caretaker");
    private readonly HashSet<Place> _called = [];
    private readonly Dictionary<TerminalMachine, int> _failed = [];
    private bool _calledToServer;

    /// <summary>Something is wrong with a terminal: its process ended, or it may not sell any more.</summary>
    public void Call(TerminalMachine terminal)
    {
        if (world.Places.Find(p => p.Terminal == terminal) is { } place)
            Call(place, First);
    }

    /// <summary>The server's process ended.</summary>
    public void CallToServer() => CallToServer(First);

    private void Call(Place place, TimeSpan pause)
    {
        if (!_called.Add(place))
            return;
        world.Timeline.After(_dice.Within(pause), () =>
        {
            _called.Remove(place);
            if (!Mended(place))
                Call(place, pause * 2 < Most ? pause * 2 : Most);
        });
    }

    private void CallToServer(TimeSpan pause)
    {
        if (_calledToServer)
            return;
        _calledToServer = true;
        world.Timeline.After(_dice.Within(pause), () =>
        {
            _calledToServer = false;
            if (!world.Server.Start())
                CallToServer(pause * 2 < Most ? pause * 2 : Most);
            foreach (var terminal in world.Terminals)
                terminal.Line.Connect();
        });
    }

    private bool Mended(Place place)
    {
        var terminal = place.Terminal;
        if (terminal.Halted is not null)
            return Replaced(place);
        if (terminal.Start())
        {
            _failed.Remove(terminal);
            terminal.Line.Connect();
            return true;
        }

        // A full disk is emptied some time; a broken journal stays broken.
        if (terminal.Disk.Full)
            return false;
        var failures = _failed[terminal] = _failed.GetValueOrDefault(terminal) + 1;
        if (failures == StartsMost)
        {
            Truth.Demand(
                terminal.DiskBetrayed, "liveness",
                $"terminal {terminal.Number} does not start on a sound disk: {terminal.Failure}");
            terminal.Halt("journal-failed");
        }

        return false;
    }

    private bool Replaced(Place place)
    {
        place.Terminal.End();
        if (world.Enrol(place.Store) is not { } next)
            return false;
        place.Terminal = next;
        return next.IsUp;
    }
}

/// <summary>A place at a counter, and the terminal that stands there now.</summary>
internal sealed class Place(int store, TerminalMachine terminal)
{
    public int Store => store;

    public TerminalMachine Terminal { get; set; } = terminal;
}
