namespace SmartCardCrm.Demo.Purchases;

/// <summary>What one customer brings to one checkout.</summary>
/// <param name="Id">Names it for good; the till's idempotency key.</param>
/// <param name="Household">Who buys.</param>
/// <param name="Store">Where.</param>
/// <param name="SoldAt">The store's local time, yyyy-MM-ddTHH:mm:ss.</param>
/// <param name="AmountMinor">What it costs, in cents; may be 0.</param>
internal sealed record Basket(string Id, int Household, int Store, string SoldAt, long AmountMinor);

/// <summary>What a customer wants to pay with points.</summary>
/// <param name="Points">How many, 0 for none; not looked at when <paramref name="All"/>.</param>
/// <param name="All">As many as possible.</param>
internal readonly record struct Wish(int Points, bool All)
{
    private const double ShareThatRedeems = 0.15;
    private const int PointsMost = 60;

    /// <summary>
    /// Most customers save; of the others half spend some, half spend all. Depends on seed and basket alone.
    /// </summary>
    public static Wish For(ulong seed, Basket basket)
    {
        var dice = Dice.For(seed, basket.Id);
        if (!dice.Chance(ShareThatRedeems))
            return default;
        return dice.Chance(0.5) ? new Wish(0, All: true) : new Wish(1 + dice.Below(PointsMost), All: false);
    }
}

/// <summary>Which baskets a run sells, and whose they are.</summary>
/// <param name="Households">In the order the file first names them; the first is member 1.</param>
/// <param name="Baskets">In file order.</param>
internal sealed record Selection(IReadOnlyList<int> Households, IReadOnlyList<Basket> Baskets)
{
    /// <summary>The first baskets of the first households.</summary>
    /// <param name="baskets">A whole file, in its order.</param>
    /// <param name="members">How many households; null for all.</param>
    /// <param name="sales">How many baskets of theirs; null for all.</param>
    /// <param name="sold">Baskets that an earlier run on the same chain has sold; they are passed
    /// over.</param>
    public static Selection Of(
        IReadOnlyCollection<Basket> baskets, int? members, int? sales, IReadOnlySet<string> sold)
    {
        var households = baskets.Select(b => b.Household).Distinct().Take(members ?? int.MaxValue).ToList();
        var chosen = households.ToHashSet();
        var toSell = baskets.Where(b => chosen.Contains(b.Household) && !sold.Contains(b.Id))
            .Take(sales ?? int.MaxValue);
        return new Selection(households, [.. toSell]);
    }
}
