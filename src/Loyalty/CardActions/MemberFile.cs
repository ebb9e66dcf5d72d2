namespace SmartCardCrm.Loyalty.CardActions;

/// <summary>What the member file of a card is to say; it takes the place of all that it said.</summary>
/// <param name="Language">Two ASCII letters; empty where the file is erased.</param>
/// <remarks>Two are equal where they say the same.</remarks>
public sealed record MemberFile(string Language)
{
    /// <summary>As many as a card has room for.</summary>
    public const int OffersMost = 8;

    /// <summary>Nothing about anybody.</summary>
    public static MemberFile Erased { get; } = new("");

    /// <summary>At most eight, each number once.</summary>
    public IReadOnlyList<CardOffer> Offers { get; init; } = [];

    public bool Equals(MemberFile? other) =>
        other is not null && Language == other.Language && Offers.SequenceEqual(other.Offers);

    public override int GetHashCode() => HashCode.Combine(Language, Offers.Count);
}

/// <summary>Something that the chain offers whoever has the card. No rule knows of offers: a till shows
/// them.</summary>
/// <param name="Id">The chain's number for it, 1 or more.</param>
/// <param name="Until">Its last day; null for no end.</param>
/// <param name="UsesLeft">How often, 1 to 255.</param>
/// <param name="Kind">What the programme makes of it.</param>
public readonly record struct CardOffer(uint Id, DateOnly? Until, byte UsesLeft, byte Kind);
