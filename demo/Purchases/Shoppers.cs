using System.Globalization;

namespace SmartCardCrm.Demo.Purchases;

/// <summary>
/// Customers of our own making, for a demo without a file. Shaped on facts of a year of real supermarket
/// purchases: half of the baskets cost under four dollars and one in eleven under one, some cost nothing;
/// half of the households do four visits in five at one store; some come five times as often as others.
/// </summary>
/// <param name="seed">Same seed, same shoppers.</param>
/// <param name="households">How many; they are numbered from 1.</param>
/// <param name="run">Keeps the basket ids of one chain's runs apart.</param>
/// <param name="from">Local time of the first visit; the others follow.</param>
internal sealed class Shoppers(ulong seed, int households, int run, DateTime from)
{
    private static readonly int[] Stores = [101, 102, 103, 104];
    private readonly Dice _dice = Dice.For(seed, $"shoppers {run.ToString(CultureInfo.InvariantCulture)}");

    public IReadOnlyList<int> Households { get; } = [.. Enumerable.Range(1, households)];

    /// <summary>Baskets without end, each some minutes after the one before.</summary>
    public IEnumerable<Basket> Baskets()
    {
        var time = from;
        for (var number = 1; ; number++)
        {
            time += TimeSpan.FromSeconds(30 + _dice.Below(600));
            var household = NextHousehold();
            yield return new Basket(
                FormattableString.Invariant($"demo-{run}-{number:D6}"), household, StoreOf(household),
                time.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture), Amount());
        }
    }

    // The lower of two throws: the first households come more often.
    private int NextHousehold() => 1 + Math.Min(_dice.Below(households), _dice.Below(households));

    private int StoreOf(int household)
    {
        var home = Dice.For(seed, FormattableString.Invariant($"home {household}"));
        return _dice.Chance(0.8) ? home.Pick(Stores) : _dice.Pick(Stores);
    }

    // Log-normal, median 3.12 dollars; 1 in 200 is a visit that buys nothing.
    private long Amount()
    {
        if (_dice.Chance(0.005))
            return 0;
        var normal = Math.Sqrt(-2 * Math.Log(1 - _dice.Share())) * Math.Cos(2 * Math.PI * _dice.Share());
        return (long)Math.Round(Math.Clamp(312 * Math.Exp(0.9 * normal), 10, 100_00));
    }
}
