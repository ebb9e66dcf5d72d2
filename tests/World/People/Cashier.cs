using System.Diagnostics;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal;

namespace SmartCardCrm.World;

/// <summary>What happens at the counter: the till posts a checkout, the customer presents the card, again
/// where it must be, or gives up.</summary>
internal sealed class Cashier(ChainWorld world)
{
    // The last sale to the same card at the same terminal comes back.
    private const double UndoShare = 0.1;
    private const double WithoutCardShare = 0.05;
    private const double CloseDayShare = 0.05;
    private const double UndoWithoutCardShare = 0.25;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    private readonly Dice _dice = Dice.For(world.Plan.Seed, "cashier");
    private readonly Mishaps _mishaps = new(Dice.For(world.Plan.Seed, "mishaps"), world.Plan.Faults);
    private readonly Supervisor _supervisor = new(world);
    private readonly HashSet<TerminalMachine> _busy = [];
    private readonly Dictionary<(uint Terminal, PhysicalCard Card), Purchase> _sold = [];
    private readonly Dictionary<uint, uint> _days = [];
    private int _purchases;

    /// <summary>Cards presented so far.</summary>
    public int Taps { get; private set; }

    /// <summary>Nothing goes wrong at the counter any more.</summary>
    public bool Careful { get; set; }

    /// <summary>What was started and may still need somebody.</summary>
    public int Unfinished => _busy.Count;

    /// <summary>A customer comes to a till, where it works and is free.</summary>
    public Purchase? Serve(TerminalMachine terminal, PhysicalCard card, long amount, int asked)
    {
        if (!terminal.IsUp || terminal.Halted is not null || !_busy.Add(terminal))
            return null;
        if (!Careful && _supervisor.Adjusts(terminal, card) is not 0 and var points)
        {
            var adjustment = new Purchase(++_purchases, card, Amount: 0, Asked: 0)
            {
                Terminal = terminal.Number,
                Adjusts = points,
            };
            Begin(terminal, adjustment);
            return adjustment;
        }

        var (undoes, told) = _dice.Chance(UndoShare) ? SoldBefore(terminal, card) : default;
        var withoutCard = undoes?.WithoutCard == true || (told is null && HasNoCardHere(card, undoes));
        var purchase = new Purchase(++_purchases, card, undoes is null ? amount : -undoes.Amount, asked)
        {
            Terminal = terminal.Number,
            Undoes = undoes,
            SaleTold = told,
            WithoutCard = withoutCard,
            SealedContact = withoutCard ? SealedContactOf(terminal, card) : "",
        };
        Begin(terminal, purchase);
        return purchase;
    }

    // At another till headquarters has to know the sale, and the customer needs the card.
    private (Purchase? Sold, FindSaleReply? Told) SoldBefore(TerminalMachine terminal, PhysicalCard card)
    {
        if (_sold.Remove((terminal.Number, card), out var here))
            return (here, null);
        var place = _sold.FirstOrDefault(sold => sold.Key.Card == card && !sold.Value.WithoutCard).Key;
        if (place.Card is null || !terminal.Line.IsConnected || !world.Server.IsUp)
            return default;
        var there = _sold[place];
        var operation = Convert.ToHexString(there.Checkout.ToByteArray(bigEndian: true));
        var told = world.Server.Rooms!.Sales.Find(ChainWorld.ProfileOf(terminal).Programme, operation);
        if (told.Terms is null)
            return default;
        _sold.Remove(place);
        return (there, told);
    }

    private bool HasNoCardHere(PhysicalCard card, Purchase? undoes) =>
        !Careful && card is { Phone: not null, Tampered: false }
        && _dice.Chance(undoes is null ? WithoutCardShare : UndoWithoutCardShare);

    private static string SealedContactOf(TerminalMachine terminal, PhysicalCard card) =>
        terminal.Till!.Contacts.Seal(Contact.TryParse(card.Phone!)!.Value);

    // A till that gets no answer posts the same again, under the same key, when the terminal is back.
    private void Begin(TerminalMachine terminal, Purchase purchase)
    {
        if (terminal.Halted is not null || world.IsGone(terminal))
            Done(terminal);
        else if (terminal.IsUp && Post(terminal, purchase))
            Serve(terminal, purchase);
        else if (terminal.IsUp)
            Done(terminal);
        else
            world.Timeline.After(_dice.Within(TimeSpan.FromMinutes(1)), () => Begin(terminal, purchase));
    }

    private void Serve(TerminalMachine terminal, Purchase purchase)
    {
        if (!purchase.WithoutCard)
        {
            Present(terminal, purchase);
            return;
        }

        if (Hear(terminal, purchase) is CheckoutState.Completed && purchase.Undoes is null)
            _sold[(terminal.Number, purchase.Card)] = purchase;
        if (terminal.IsUp)
            Done(terminal);
        else
            Interrupted(terminal, purchase);
    }

    private bool Post(TerminalMachine terminal, Purchase purchase)
    {
        world.Story.Note(
            Column.Terminal, "terminal {0}: {1} of {2} is posted", terminal.Number, purchase,
            purchase.Amount);
        world.Truth.Posted(purchase);
        var posted = terminal.Guarded(() =>
        {
            var creation = terminal.Till!.Desk.Create(
                purchase.Request, $"purchase-{purchase.Number}", purchase.SaleTold);
            purchase.Checkout = creation switch
            {
                CheckoutCreation.Created(var made) => made.Id,
                CheckoutCreation.Same(var made) => made.Id,
                CheckoutCreation.Refused(var reason) => Refused(terminal, purchase, reason),
                _ => throw new UnreachableException(creation.ToString()),
            };
            return purchase.Checkout != Guid.Empty;
        });
        terminal.Bury();
        return posted;
    }

    // Only a terminal whose disk lied does not know what it has sold.
    private static Guid Refused(TerminalMachine terminal, Purchase purchase, DeclineReason reason)
    {
        Truth.Demand(
            terminal.DiskBetrayed && reason == DeclineReason.SaleUnknown, "I3",
            $"{purchase} is refused at terminal {terminal.Number}: {reason}");
        return Guid.Empty;
    }

    private void Present(TerminalMachine terminal, Purchase purchase)
    {
        // The loop looks all the time: what has waited too long is over before a card comes.
        terminal.Run();
        if (!terminal.IsUp)
        {
            Interrupted(terminal, purchase);
            return;
        }

        var till = terminal.Till!;
        Taps++;
        purchase.Presentations++;
        world.Visited.NextIsAt(purchase.Card, terminal.Number);
        world.Knowing.Seen(terminal.Store, purchase.Card.Uid);
        var operation = Operation.Of(till, purchase);
        var presentation = new Presentation(purchase, operation, Careful ? null : _mishaps.Next(operation))
        {
            RulesKnown = terminal.RulesKnown,
            WasListed = terminal.Listing.Has(purchase.Card.Uid),
            WasStranger = world.IsStranger(terminal.Number, purchase.Card.Uid),
        };
        var (syncs, head) = (terminal.Disk.Syncs, till.Journal.Head.Sequence);
        terminal.Reader.Put(purchase.Card, presentation);
        terminal.Run();
        var struckByTear = purchase.Card.Chip.LastTear is not null;
        terminal.Reader.Take();
        terminal.Run();
        Count(presentation, struckByTear);
        if (presentation.Struck is { } struck)
            world.Visited.Struck(purchase.Card, struck, terminal.Number);
        if (Hear(terminal, purchase) is CheckoutState.Completed && terminal.IsUp)
        {
            if (purchase.IsSale)
                _sold[(terminal.Number, purchase.Card)] = purchase;
            Costs.Sold(
                presentation, terminal.Disk.Syncs - syncs, till.Journal.Head.Sequence - head);
            Carried.Sold(till, terminal.Number, presentation);
        }

        GoOn(terminal, purchase);
    }

    private void GoOn(TerminalMachine terminal, Purchase purchase)
    {
        if (!terminal.IsUp)
        {
            Interrupted(terminal, purchase);
            return;
        }

        switch (purchase.Told)
        {
            case null or { IsOver: true }:
                Done(terminal);
                break;
            case CheckoutState.InDoubt when purchase.MayTryAgain && _dice.Chance(0.5):
            case CheckoutState.PresentAgain when purchase.MayTryAgain && _dice.Chance(0.85):
                world.Timeline.After(
                    _dice.Within(TimeSpan.FromSeconds(15)), () => Present(terminal, purchase));
                break;
            case CheckoutState.InDoubt when _dice.Chance(0.5):
                Leave(terminal, purchase);
                break;
            default:
                Cancel(terminal, purchase);
                break;
        }
    }

    // The customer walks away; the till waits until its patience ends, and serves nobody meanwhile: another
    // customer's card would be taken for this checkout, should headquarters say that it did not happen.
    private void Leave(TerminalMachine terminal, Purchase purchase)
    {
        world.CarriedAway(purchase.Card, terminal);
        world.Timeline.After(Purchase.Patience * 1.5, () =>
        {
            terminal.Run();
            if (!terminal.IsUp)
                Interrupted(terminal, purchase);
            else if (Hear(terminal, purchase) is { IsOver: false })
                Cancel(terminal, purchase);
            else
                Done(terminal);
        });
    }

    private void Cancel(TerminalMachine terminal, Purchase purchase)
    {
        terminal.Guarded(() => terminal.Till!.Desk.Cancel(purchase.Checkout) != CancelAnswer.Unknown);
        terminal.Bury();
        if (!terminal.IsUp)
        {
            Interrupted(terminal, purchase);
            return;
        }

        Hear(terminal, purchase);
        Done(terminal);
        if (purchase.WasInDoubt)
            world.CarriedAway(purchase.Card, terminal);
    }

    // The terminal is down: the till asks again when it is back; the customer waits for a while.
    private void Interrupted(TerminalMachine terminal, Purchase purchase) =>
        world.Timeline.After(TimeSpan.FromSeconds(20 + _dice.Below(60)), () =>
        {
            if (terminal.Halted is not null || world.IsGone(terminal))
                Done(terminal);
            else if (!terminal.IsUp)
                Interrupted(terminal, purchase);
            else if (Hear(terminal, purchase) is null or { IsOver: true } || !terminal.IsUp)
                Done(terminal);
            else
                GoOn(terminal, purchase);
        });

    private CheckoutState? Hear(TerminalMachine terminal, Purchase purchase)
    {
        if (!terminal.IsUp)
            return null;
        CheckoutState? state = null;
        if (terminal.Guarded(() =>
            {
                state = terminal.Till!.Desk.Get(purchase.Checkout)?.State;
                return true;
            }))
        {
            world.Promises.Heard(terminal, purchase, state);
        }

        terminal.Bury();
        return state;
    }

    private void Done(TerminalMachine terminal)
    {
        if (_busy.Remove(terminal))
            world.Timeline.After(Rest, () => Tidy(terminal));
    }

    private void Tidy(TerminalMachine terminal)
    {
        terminal.KeepSmall();
        if (terminal.IsUp && _dice.Chance(CloseDayShare))
            CloseDay(terminal);
    }

    // A till that gets no answer asks again under the same key.
    private void CloseDay(TerminalMachine terminal)
    {
        var number = _days.GetValueOrDefault(terminal.Number) + 1;
        if (terminal.Guarded(() => IsClosed(terminal, number)))
            _days[terminal.Number] = number;
        else
            Truth.Demand(!terminal.IsUp, "I2", $"terminal {terminal.Number} closes no day {number}");

        terminal.Bury();
    }

    private static bool IsClosed(TerminalMachine terminal, uint number) =>
        terminal.Till!.Days.Close($"day-{number}", businessDate: null).Day.Number == number
        || terminal.DiskBetrayed;

    private void Count(Presentation presentation, bool struckByTear)
    {
        if (struckByTear)
            world.Strike(Fault.Tear);
        if (presentation is { Struck: not null, Mishap.Kind: MishapKind.Flip })
            world.Strike(Fault.Flip);
    }
}
