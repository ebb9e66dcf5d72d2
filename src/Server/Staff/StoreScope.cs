using System.Globalization;

namespace SmartCardCrm.Server.Staff;

/// <summary>Where somebody's roles hold: in the whole chain, or in stores that are named.</summary>
internal sealed class StoreScope
{
    private const string ChainText = "*";

    public static readonly StoreScope Chain = new([]);

    private StoreScope(IReadOnlyList<long> stores) => Stores = stores;

    public bool IsChain => this == Chain;

    /// <summary>In rising order; none for the whole chain.</summary>
    public IReadOnlyList<long> Stores { get; }

    /// <summary>Store numbers.</summary>
    /// <returns>Null where there is none among them, or one is no store's.</returns>
    public static StoreScope? Of(IReadOnlyCollection<long> stores) =>
        stores.Count > 0 && stores.All(store => store is > 0 and <= uint.MaxValue)
            ? new StoreScope([.. stores.Distinct().Order()])
            : null;

    /// <summary>Reads what <see cref="ToString"/> writes, or people type.</summary>
    /// <returns>Null where it is neither.</returns>
    public static StoreScope? TryParse(string text)
    {
        var words = text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        if (words is [ChainText])
            return Chain;
        var stores = words.Select(word =>
            long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var store) ? store : 0);
        return Of([.. stores]);
    }

    public bool Covers(long store) => IsChain || Stores.Contains(store);

    /// <summary>The condition in SQL that a store is among them; null for the whole chain. Its numbers are
    /// whole numbers of our own, and not what somebody wrote.</summary>
    /// <param name="column">Of the store's number.</param>
    public string? Condition(string column) => IsChain ? null : $"{column} IN ({string.Join(", ", Stores)})";

    /// <summary>Numbers with spaces between, or *.</summary>
    public override string ToString() => IsChain ? ChainText : string.Join(' ', Stores);
}
