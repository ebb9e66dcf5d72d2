using SmartCardCrm.Simulator.Faults;

namespace SmartCardCrm.World;

/// <summary>What becomes of cards in their members' hands: lost, copied, rolled back.</summary>
internal sealed class CardMischief(ChainWorld world)
{
    // So that what strikes a card is the last thing to happen to it, too.
    private const double LostWhenStruck = 0.06;

    private readonly Dice _dice = Dice.For(world.Plan.Seed, "card mischief");
    private readonly Dictionary<PhysicalCard, (string Image, IReadOnlyList<TrueCommit> Past)> _images = [];

    /// <summary>Something may have happened to a member's card since the last visit.</summary>
    public void Befall(Customer customer)
    {
        if (!world.Plan.Faults.HasFlag(Fault.Card))
            return;
        var card = customer.Card;
        if (_dice.Chance(0.02))
            _images[card] = (card.Chip.Save(), [.. card.Commits]);
        switch (world.Visited.IsOpen(card) && _dice.Chance(LostWhenStruck) ? 0 : _dice.Below(200))
        {
            case 0:
                Lose(customer);
                break;
            case 1:
                Copy(customer);
                break;
            case <= 4 when _images.ContainsKey(card):
                RollBack(customer);
                break;
        }
    }

    // The product cannot carry the points over yet; they stay on the lost card.
    private void Lose(Customer customer)
    {
        if (!world.Server.IsUp || world.Office.Issue(customer.Member, customer.Card.Member) is not { } next)
            return;
        world.Strike(Fault.Card);
        world.Story.Note(
            Column.Card, "card {0} is lost, {1} takes its place", customer.Card.Uid.Masked, next.Uid.Masked);
        customer.Card.Lost = true;
        customer.Copy = null;
        customer.Card = next;
    }

    private void Copy(Customer customer)
    {
        var card = customer.Card;
        world.Strike(Fault.Card);
        world.Story.Note(Column.Card, "card {0} is copied", card.Uid.Masked);
        card.Tampered = true;
        customer.Copy = Twin(card, card.Chip.Clone(), card.Commits);
    }

    private void RollBack(Customer customer)
    {
        var card = customer.Card;
        var (image, past) = _images[card];
        world.Strike(Fault.Card);
        world.Story.Note(
            Column.Card, "card {0} is rolled back from n {1} to {2}", card.Uid.Masked,
            card.Newest?.Record.Counter ?? 0, past.Count);
        (card.Tampered, card.Lost) = (true, true);
        var chip = SimulatedCard.Load(image, Dice.For(world.Plan.Seed, $"rolled back {_dice.Next()}").Fill);
        customer.Card = Twin(card, chip, past);
    }

    private PhysicalCard Twin(PhysicalCard card, SimulatedCard chip, IEnumerable<TrueCommit> past)
    {
        var twin = new PhysicalCard(world, chip, card.Member) { Tampered = true };
        twin.Inherit(past);
        world.Take(twin);
        return twin;
    }
}
