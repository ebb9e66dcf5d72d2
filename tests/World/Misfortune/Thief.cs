namespace SmartCardCrm.World;

/// <summary>
/// Somebody who steals a terminal with its keys in memory, and goes shopping with what they can do: a card
/// of his own that he credits himself, and chips that pass for cards of the chain.
/// </summary>
/// <remarks>
/// An honest terminal never lets a card redeem that its replica does not know, so an invented card gets
/// nothing; what a known card's forged balance is worth, each terminal's limits bound; and where headquarters
/// decides, a card is worth what the book has on it (<see cref="Spending"/>).
/// </remarks>
internal sealed class Thief(ChainWorld world) : IDisposable
{
    private const int RaidsMost = 40;
    private const double StealShare = 0.01;

    private readonly Dice _dice = Dice.For(world.Plan.Seed, "thief");
    private readonly List<PhysicalCard> _forged = [];
    private TimeSpan _pause;
    private Forger? _forger;
    private PhysicalCard? _own;
    private int _raids;

    /// <summary>The chips he has made.</summary>
    public IReadOnlyList<PhysicalCard> Forged => _forged;

    /// <summary>There may be a terminal to steal.</summary>
    /// <param name="pause">About how long he waits between two raids.</param>
    public void Lurk(TimeSpan pause)
    {
        if (!world.Plan.Faults.HasFlag(Fault.Theft) || _forger is not null || !_dice.Chance(StealShare))
            return;
        _pause = pause;
        var terminal = _dice.Pick(world.Places).Terminal;
        if (terminal.IsUp && terminal.Halted is null && world.Places.Count > 1)
            Steal(terminal);
    }

    /// <summary>He has this chip from now on, which he made himself.</summary>
    public PhysicalCard Has(PhysicalCard forged)
    {
        _forged.Add(forged);
        return forged;
    }

    public void Dispose() => _forger?.Dispose();

    private void Steal(TerminalMachine terminal)
    {
        world.Strike(Fault.Theft);
        _own = Join();
        if (!terminal.IsUp)
            return;
        _forger = new Forger(world, terminal.Number, terminal.Till!.Journal.Head.Sequence);
        terminal.Halt(TerminalMachine.Stolen);
        terminal.End();
        world.Timeline.After(_pause * (5 + _dice.Below(60)), () => Report(terminal));
        world.Timeline.After(_pause * _dice.Share(), Raid);
    }

    private PhysicalCard? Join()
    {
        if (!world.Server.IsUp || world.Office.Join() is not (> 0 and var member))
            return null;
        var card = world.Office.Issue(member, -1);
        if (card is not null)
            (card.Tampered, card.IsThiefs) = (true, true);
        return card;
    }

    // Headquarters revokes what it hears to be stolen. His keys go on working: today nothing replaces them.
    private void Report(TerminalMachine stolen)
    {
        if (!world.Server.IsUp || !world.Personnel.Revoke(stolen))
            world.Timeline.After(_pause, () => Report(stolen));
    }

    private void Raid()
    {
        if (world.Weather.IsOver || _raids++ == RaidsMost)
            return;
        var place = _dice.Pick(world.Places);
        if (Equip() is { } card)
            world.Cashier.Serve(place.Terminal, card, 500 + _dice.Below(20_000), Shopper.AllPoints);
        world.Timeline.After(_pause * 2 * _dice.Share(), Raid);
    }

    private PhysicalCard? Equip()
    {
        var points = 1 + _dice.Below(5000);
        switch (_dice.Below(5))
        {
            case 0 or 1 when _own is not null:
                if (_dice.Chance(0.5))
                    _forger!.Mint(_own, points);
                return _own;
            case 2 when _forged.Count > 0:
                return _dice.Pick(_forged);
            case 3:
                return Has(_forger!.Invent(points));
            default:
                return Imitate(points);
        }
    }

    private PhysicalCard? Imitate(int points)
    {
        var victims = world.Cards.Where(c => !c.Lost && !c.IsThiefs && c.Newest is not null).ToList();
        if (victims.Count == 0)
            return null;
        var victim = _dice.Pick(victims);
        var seen = victim.Newest!.Record;
        victim.Imitated = true;
        world.Story.Note(Column.Card, "card {0} is imitated", victim.Uid.Masked);
        var counter = (uint)Math.Max(2, (int)seen.Counter - 2 + _dice.Below(20));
        return Has(_forger!.Imitate(victim.Uid, seen, counter, points));
    }
}
