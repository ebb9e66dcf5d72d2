using System.Collections.Concurrent;
using SmartCardCrm.Demo.Chaos;
using SmartCardCrm.Demo.Measuring;
using SmartCardCrm.Demo.Rack;
using SmartCardCrm.Demo.Summary;

namespace SmartCardCrm.Demo.Business;

/// <summary>What all checkouts of a run share.</summary>
/// <param name="rack">Where the cards are.</param>
/// <param name="seed">Of all wishes and accidents.</param>
/// <param name="sold">Told the id of each basket when it is sold, so that no later run sells it
/// again.</param>
/// <param name="clock">Of all waiting.</param>
internal sealed class Shop(CardRack rack, ulong seed, Action<string> sold, TimeProvider clock)
{
    private readonly Lock _lock = new();

    public CardRack Rack => rack;

    public ulong Seed => seed;

    /// <summary>Whether cards are torn away.</summary>
    public bool HasMisfortunes { get; set; }

    public TimeProvider Clock => clock;

    public TillBook Book { get; } = new();

    public Disturbances Disturbances { get; } = new(clock);

    public ConcurrentQueue<Tap> Taps { get; } = new();

    /// <summary>Baskets that an interrupted run had sold without living to note it.</summary>
    public int SoldBefore { get; private set; }

    public void NoteSoldBefore(string basket)
    {
        lock (_lock)
        {
            SoldBefore++;
            sold(basket);
        }
    }

    public void NoteSold(string basket)
    {
        lock (_lock)
            sold(basket);
    }

    /// <summary>Checkouts that ended as they should not have.</summary>
    public ConcurrentQueue<string> Problems { get; } = new();
}
