using SmartCardCrm.Crash.Blows;
using SmartCardCrm.Crash.Day;
using SmartCardCrm.Demo;

namespace SmartCardCrm.Crash;

/// <summary>
/// The cases still to be played, handed out a day at a time. In a day at most one blow falls in each act, so
/// an act with many cases is played several times, with what belongs to it. Safe for many lanes.
/// </summary>
/// <param name="acts">The day.</param>
/// <param name="repeatsMost">How often an act is played in one day, at most.</param>
internal sealed class Plan(IReadOnlyList<Act> acts, int repeatsMost)
{
    private readonly Lock _gate = new();
    private readonly IReadOnlyList<IReadOnlyList<int>> _chapters = ChaptersOf(acts);
    private readonly Dictionary<int, Queue<Blow>> _ofAct = [];
    private readonly Dictionary<int, Queue<Blow>> _ofFirst = [];

    /// <summary>Cases that were not handed out.</summary>
    public int Left
    {
        get
        {
            lock (_gate)
                return _ofAct.Values.Concat(_ofFirst.Values).Sum(queue => queue.Count);
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

    public void Add(Blow blow) => Add(_ofAct, blow);

    /// <summary>For where the day plays its act for the first time: that is where calls were
    /// counted.</summary>
    public void AddForFirst(Blow blow) => Add(_ofFirst, blow);

    /// <summary>The acts of a day with their blows; none when all are handed out.</summary>
    /// <param name="lanes">Among so many the rest is shared.</param>
    public IReadOnlyList<Turn> TakeDay(int lanes)
    {
        lock (_gate)
        {
            if (_ofAct.Values.Concat(_ofFirst.Values).All(queue => queue.Count == 0))
                return [];
            var turns = new List<Turn>();
            foreach (var chapter in _chapters)
            {
                var longest = chapter.Max(act => _ofAct.GetValueOrDefault(act)?.Count ?? 0);
                var repeats = Math.Clamp((longest + lanes - 1) / lanes, 1, repeatsMost);
                for (var time = 0; time < repeats; time++)
                {
                    turns.AddRange(chapter.Select(act => new Turn(
                        act, acts[act - 1], IsFirst: time == 0, BlowFor(act, isFirst: time == 0))));
                }
            }

            return turns;
        }
    }

    private Blow? BlowFor(int act, bool isFirst) =>
        isFirst && _ofFirst.TryGetValue(act, out var first) && first.TryDequeue(out var again) ? again
        : _ofAct.TryGetValue(act, out var queue) && queue.TryDequeue(out var blow) ? blow
        : null;

    private void Add(Dictionary<int, Queue<Blow>> queues, Blow blow)
    {
        lock (_gate)
        {
            if (!queues.TryGetValue(blow.Place.Act, out var queue))
                queues[blow.Place.Act] = queue = new Queue<Blow>();
            queue.Enqueue(blow);
        }
    }

    private static List<List<int>> ChaptersOf(IReadOnlyList<Act> acts)
    {
        var chapters = new List<List<int>>();
        foreach (var (index, act) in acts.Index())
        {
            if (act.GoesOn)
                chapters[^1].Add(index + 1);
            else
                chapters.Add([index + 1]);
        }

        return chapters;
    }
}
