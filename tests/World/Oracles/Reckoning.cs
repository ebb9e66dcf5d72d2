using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.World;

/// <summary>
/// The end: faults stop, every line is mended, every card is presented twice more. Within a simulated day
/// everything that the data determines must be settled, and every card must match the book.
/// </summary>
internal sealed class Reckoning(ChainWorld world)
{
    private static readonly TimeSpan SyncTime = TimeSpan.FromHours(3);

    public void Settle()
    {
        Calm();
        Pass(SyncTime);
        world.Blocks.UnblockAll();
        Pass(SyncTime);
        for (var round = 0; round < 2; round++)
        {
            world.Office.LookAtLots();
            Pass(SyncTime);
            PresentAll();
            Pass(SyncTime);
        }

        world.Story.Note(Column.Server, "the reckoning");
        foreach (var place in world.Places)
            Synced(place.Terminal);
        foreach (var place in world.Places)
            new DayCheck(world).Check(place.Terminal);
        world.Knowing.Check();
        new BookCheck(world).Check();
    }

    private void Calm()
    {
        world.Weather.IsOver = true;
        world.Cashier.Careful = true;
        world.Server.DiesAtSync = 0;
        foreach (var disk in world.Terminals.Select(t => t.Disk).Append(world.Server.Disk))
            (disk.Full, disk.LiesAboutSync) = (false, false);
        foreach (var terminal in world.Terminals)
        {
            terminal.Clock.Offset = TimeSpan.Zero;
            terminal.Line.Latency = TimeSpan.FromMilliseconds(40);
            if (terminal.Line.IsCut)
                terminal.Line.Mend();
        }
    }

    private void PresentAll()
    {
        var turn = 0;
        foreach (var card in world.Cards.Where(c => !c.Lost).ToList())
        {
            // A terminal that was shown a forged chip refuses the real card; another one may be the one that
            // the real card left in doubt.
            var (first, count) = (turn++, world.Places.Count);
            card.IsRefused = !Enumerable.Range(first, count)
                .Any(place => IsServed(card, world.Places[place % count].Terminal));
        }
    }

    // False where the terminal declines the card because of a chip that passed for it.
    private bool IsServed(PhysicalCard card, TerminalMachine terminal)
    {
        for (var tries = 0; ; tries++)
        {
            var purchase = world.Cashier.Serve(terminal, card, 250, 0);
            Pass(TimeSpan.FromMinutes(3));
            // What was bought without the card may have been taken back without it.
            if (purchase is { WithoutCard: false, Told: CheckoutState.Completed } || card.Tampered)
                return true;
            if (card.Imitated && purchase?.Told is CheckoutState.Declined
                {
                    Reason: Loyalty.Programme.DeclineReason.CardSuspect,
                })
                return false;
            Truth.Demand(
                tries < 19, "liveness",
                $"card {card.Uid} is not served at terminal {terminal.Number}: {purchase?.Told}");
        }
    }

    private void Pass(TimeSpan time) => world.Timeline.RunUntil(world.Timeline.Now + time);

    private void Synced(TerminalMachine terminal)
    {
        Truth.Demand(
            terminal.IsUp && terminal.Line.IsConnected, "liveness",
            $"terminal {terminal.Number} is not connected (up {terminal.IsUp}, halted {terminal.Halted})");
        var head = terminal.Till!.Journal.Head.Sequence;
        var taken = world.Server.Rooms!.Database.Read(db => Journals.Head(db, terminal.Number)).Sequence;
        Truth.Demand(
            taken == head && terminal.Till.Journal.AcknowledgedThrough == head, "I3",
            $"terminal {terminal.Number} has {head} entries, {terminal.Till.Journal.AcknowledgedThrough} "
                + $"acknowledged, the server {taken}");
        foreach (var doubt in terminal.Till.Journal.OpenDoubts())
        {
            var card = world.Cards.FirstOrDefault(c => c.Uid == doubt.Uid);
            Truth.Demand(
                card is null || world.IsExcused(card) || world.IsForged($"{doubt.Uid}")
                    || world.Server.Rooms!.Database.Read(db => new Losses(world, db).Has(card)), "I6",
                $"terminal {terminal.Number}: doubt {doubt.Sequence} over card {doubt.Uid} is still open");
        }
    }
}
