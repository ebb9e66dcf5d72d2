namespace SmartCardCrm.World;

/// <summary>What goes wrong with machines, disks, clocks, the network and headquarters, and what people do
/// about it. Asked before each visit, so that it is as dense as the visits are.</summary>
internal sealed class Weather(ChainWorld world, TimeSpan betweenVisits)
{
    private readonly Dice _dice = Dice.For(world.Plan.Seed, "weather");
    private readonly Dictionary<TerminalMachine, DiskImage> _images = [];
    private DiskImage? _backup;

    /// <summary>Headquarters has given something a number: a member, a card, a terminal, rules, a card
    /// action. Backups of before would give it to something else; the world does not restore them.</summary>
    public void Decided() => _backup = null;

    /// <summary>Nothing goes wrong any more.</summary>
    public bool IsOver { get; set; }

    /// <summary>Time for something to go wrong.</summary>
    public void Blow()
    {
        if (IsOver || world.Places.Count == 0)
            return;
        var terminal = _dice.Pick(world.Places).Terminal;
        Machine(terminal);
        Disk(terminal);
        if (May(Fault.Clock, 0.01))
            JumpClock(terminal);
        if (May(Fault.Network, 0.04))
            Disturb(terminal.Line);
        Headquarters();
    }

    private void Machine(TerminalMachine terminal)
    {
        if (May(Fault.Kill, 0.01))
            End(terminal, power: false);
        if (May(Fault.PowerCut, 0.01))
            End(terminal, power: true);
    }

    private void Disk(TerminalMachine terminal)
    {
        if (May(Fault.DiskFull, 0.01))
        {
            world.Strike(Fault.DiskFull);
            terminal.Disk.Full = true;
            After(() => terminal.Disk.Full = false);
        }

        if (May(Fault.DiskLies, 0.006))
        {
            world.Strike(Fault.DiskLies);
            terminal.Disk.LiesAboutSync = true;
            After(() => terminal.Disk.LiesAboutSync = false);
        }

        if (May(Fault.DiskLost, 0.02))
            _images[terminal] = terminal.Disk.Copy();
        if (May(Fault.DiskLost, 0.006))
            Lose(terminal);
    }

    private void Lose(TerminalMachine terminal)
    {
        if (terminal.Halted is not null)
            return;
        world.Strike(Fault.DiskLost);
        End(terminal, power: false);
        terminal.DiskBetrayed = true;
        switch (_dice.Below(3))
        {
            case 0:
                world.Story.Note(Column.Terminal, "terminal {0}'s disk is damaged", terminal.Number);
                terminal.Disk.Damage(_dice);
                break;
            case 1 when _images.TryGetValue(terminal, out var image):
                world.Story.Note(
                    Column.Terminal, "terminal {0}'s disk is restored from an image", terminal.Number);
                terminal.Disk.Restore(image);
                break;
            default:
                world.Story.Note(Column.Terminal, "terminal {0}'s disk is replaced", terminal.Number);
                terminal.Halt("disk-replaced");
                break;
        }
    }

    private void JumpClock(TerminalMachine terminal)
    {
        world.Strike(Fault.Clock);
        terminal.Clock.Offset = _dice.Below(4) switch
        {
            0 => TimeSpan.Zero,
            1 => (_dice.Share() - 0.5) * TimeSpan.FromMinutes(20),
            2 => (_dice.Share() - 0.5) * TimeSpan.FromDays(60),
            // A computer without a battery for its clock begins in 1970.
            _ => DateTimeOffset.UnixEpoch - world.Timeline.Now,
        };
        world.Story.Note(
            Column.Terminal, "terminal {0}'s clock is off by {1}", terminal.Number, terminal.Clock.Offset);
    }

    private void Disturb(NetworkLine line)
    {
        world.Strike(Fault.Network);
        if (_dice.Chance(0.3))
        {
            line.Latency = TimeSpan.FromMilliseconds(_dice.Pick([2, 40, 400, 8000]));
            return;
        }

        if (_dice.Chance(0.3))
        {
            line.Break();
            return;
        }

        line.Cut();
        After(line.Mend);
    }

    private void Headquarters()
    {
        var server = world.Server;
        if (May(Fault.Server, 0.01))
            server.DiesAtSync = 1 + _dice.Below(5);
        if (May(Fault.Server, 0.005))
        {
            world.Strike(Fault.Server);
            server.Disk.Full = true;
            // Meanwhile every terminal tries again and again.
            world.Timeline.After(_dice.Within(TimeSpan.FromMinutes(10)), () => server.Disk.Full = false);
        }

        if (May(Fault.Backup, 0.05))
            _backup = server.Disk.Copy();
        if (_backup is not null && May(Fault.Backup, 0.002))
        {
            world.Strike(Fault.Backup);
            server.Die(power: false);
            server.Bury();
            world.Story.Note(Column.Server, "server is restored from a backup");
            server.Restore(_backup);
        }
    }

    private void End(TerminalMachine terminal, bool power)
    {
        terminal.Die(power);
        terminal.Bury();
    }

    private bool May(Fault fault, double share) => world.Plan.Faults.HasFlag(fault) && _dice.Chance(share);

    // From a moment to many visits.
    private void After(Action over)
    {
        var visits = Math.Pow(10, (_dice.Share() * 4) - 2.5);
        world.Timeline.After(betweenVisits * visits, over);
    }
}
