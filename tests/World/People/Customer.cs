namespace SmartCardCrm.World;

/// <summary>A member as a person: ways of shopping, and the card in the purse.</summary>
internal sealed class Customer(long member, Shopper shopper, PhysicalCard card)
{
    /// <summary>The member's number at headquarters.</summary>
    public long Member => member;

    public Shopper Shopper => shopper;

    /// <summary>What is presented next; another one after a loss.</summary>
    public PhysicalCard Card { get; set; } = card;
}
