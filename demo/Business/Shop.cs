using System.Collections.Concurrent;
using SmartCardCrm.Demo.Chaos;
using SmartCardCrm.Demo.Measuring;
using SmartCardCrm.Demo.Rack;
using SmartCardCrm.Demo.Summary;

namespace SmartCardCrm.Demo.Business;

/// <summary>What all checkouts of a run share.</summary>
internal sealed class Shop(CardRack rack, ulong seed, bool hasMisfortunes, TimeProvider clock)
{
    public CardRack Rack => rack;

    public ulong Seed => seed;

    /// <summary>Whether cards are torn away.</summary>
    public bool HasMisfortunes { get; set; } = hasMisfortunes;

    public TimeProvider Clock => clock;

    public TillBook Book { get; } = new();

    public Disturbances Disturbances { get; } = new(clock);

    public ConcurrentQueue<Tap> Taps { get; } = new();

    /// <summary>Checkouts that ended as they should not have.</summary>
    public ConcurrentQueue<string> Problems { get; } = new();
}
