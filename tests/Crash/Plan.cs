using SmartCardCrm.Crash.Blows;
using SmartCardCrm.Demo;

namespace SmartCardCrm.Crash;

/// <summary>The cases still to be played, handed out a day at a time. Safe for many lanes.</summary>
internal sealed class Plan
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, Queue<Blow>> _ofAct = [];

    public Plan(IEnumerable<Blow> blows)
    {
        foreach (var blow in blows)
            Add(blow);
    }

    /// <summary>Cases that were not handed out.</summary>
    public int Left
    {
        get
        {
            lock (_gate)
                return _ofAct.Values.Sum(queue => queue.Count);
        }
    }

    /// <summary>Every call of every place, with every fault.</summary>
    public static IReadOnlyList<Blow> Everything(IEnumerable<(Place Place, int Calls)> places) =>
    [
        .. from place in places.OrderBy(p => p.Place.ToString(), StringComparer.Ordinal)
           from number in Enumerable.Range(1, place.Calls)
           from fault in Enum.GetValues<Fault>()
           select new Blow(place.Place, number, fault),
    ];

    /// <summary>So many of them, evenly spread from where the seed says, in an order of the seed: what the
    /// clock leaves out is then no certain part of the day.</summary>
    public static IReadOnlyList<Blow> Sample(IReadOnlyList<Blow> all, int cases, ulong seed)
    {
        if (cases >= all.Count)
            return all;
        var dice = Dice.For(seed, "sample");
        var from = dice.Share();
        return
        [
            .. Enumerable.Range(0, cases).Select(i => all[(int)((i + from) * all.Count / cases)])
                .Select(blow => (Blow: blow, Turn: dice.Next())).OrderBy(b => b.Turn).Select(b => b.Blow),
        ];
    }

    public void Add(Blow blow)
    {
        lock (_gate)
        {
            if (!_ofAct.TryGetValue(blow.Place.Act, out var queue))
                _ofAct[blow.Place.Act] = queue = new Queue<Blow>();
            queue.Enqueue(blow);
        }
    }

    /// <summary>A blow for each act that has one left; none when all are handed out.</summary>
    public IReadOnlyDictionary<int, Blow> TakeDay()
    {
        lock (_gate)
            return _ofAct.Where(a => a.Value.Count > 0).ToDictionary(a => a.Key, a => a.Value.Dequeue());
    }
}
