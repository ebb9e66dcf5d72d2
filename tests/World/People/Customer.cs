namespace SmartCardCrm.World;

/// <summary>A member as a person: ways of shopping, and the card in the purse.</summary>
internal sealed class Customer(long member, Shopper shopper, PhysicalCard card)
{
    /// <summary>The member's number at headquarters.</summary>
    public long Member => member;

    public Shopper Shopper => shopper;

    /// <summary>The card that headquarters believes in; another one after a loss.</summary>
    public PhysicalCard Card { get; set; } = card;

    /// <summary>A copy of the card that is used as well; null where there is none.</summary>
    public PhysicalCard? Copy { get; set; }

    /// <summary>What is presented next.</summary>
    public PhysicalCard Pick(Dice dice) => Copy is { } copy && dice.Chance(0.5) ? copy : Card;
}
