using SmartCardCrm.Demo.Purchases;

namespace SmartCardCrm.Demo.Business;

/// <summary>Spreads stores over terminals so that each terminal has about as many baskets to sell.</summary>
internal static class Stores
{
    /// <summary>The store with most baskets goes first, always to the terminal with fewest.</summary>
    /// <param name="baskets">What will be sold.</param>
    /// <param name="terminals">How many there are.</param>
    /// <returns>Store → terminal, 0 … <paramref name="terminals"/> − 1.</returns>
    public static IReadOnlyDictionary<int, int> Spread(IEnumerable<Basket> baskets, int terminals)
    {
        var load = new int[terminals];
        var terminalOf = new Dictionary<int, int>();
        var stores = baskets.CountBy(b => b.Store).OrderByDescending(s => s.Value).ThenBy(s => s.Key);
        foreach (var (store, count) in stores)
        {
            var idlest = Array.IndexOf(load, load.Min());
            terminalOf[store] = idlest;
            load[idlest] += count;
        }

        return terminalOf;
    }
}
