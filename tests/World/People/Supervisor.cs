namespace SmartCardCrm.World;

/// <summary>Who comes to the till instead of a sale, and puts points on the customer's card or takes some
/// off: as many as the terminal's limits allow, fewer, or more than they do.</summary>
internal sealed class Supervisor(ChainWorld world)
{
    private const double Share = 0.05;

    private readonly Dice _dice = Dice.For(world.Plan.Seed, "supervisor");

    /// <summary>Points for this card now, signed; 0 where nobody comes.</summary>
    public int Adjusts(TerminalMachine terminal, PhysicalCard card)
    {
        if (!_dice.Chance(Share) || card.Tampered || card.IsThiefs)
            return 0;
        var most = world.Office.LimitsOf(terminal.Number).AdjustmentMost;
        var points = _dice.Below(10) switch
        {
            < 5 => most,
            < 9 => 1 + _dice.Below(most),
            _ => most + 1 + _dice.Below(most),
        };
        return _dice.Chance(0.6) ? points : -points;
    }
}
