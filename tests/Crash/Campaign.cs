using System.Globalization;
using SmartCardCrm.Crash.Blows;
using SmartCardCrm.Crash.Chain;
using SmartCardCrm.Crash.Day;
using SmartCardCrm.Demo;
using SmartCardCrm.Demo.Chaos;
using SmartCardCrm.Demo.Processes;
using Blow = SmartCardCrm.Crash.Blows.Blow;

namespace SmartCardCrm.Crash;

/// <summary>What the person who starts a campaign decides.</summary>
internal sealed record CampaignOptions
{
    public required IReadOnlyList<Act> Acts { get; init; }

    /// <summary>How the command line names this day.</summary>
    public required string DayArguments { get; init; }

    /// <summary>Only so many; null for all.</summary>
    public int? Cases { get; init; }

    /// <summary>Only these; empty for all.</summary>
    public IReadOnlyList<Blow> Only { get; init; } = [];

    /// <summary>Only in acts of these names; empty for all.</summary>
    public IReadOnlyList<string> ActsStruck { get; init; } = [];

    public ulong Seed { get; init; }

    /// <summary>Chains side by side.</summary>
    public int Lanes { get; init; }

    /// <summary>How often an act is played in one day, at most.</summary>
    public int RepeatsMost { get; init; } = 1;

    /// <summary>No blow falls when this time has passed since the calls were counted; null for no
    /// end.</summary>
    public TimeSpan? Most { get; init; }
}

/// <summary>Founds a chain for each lane, counts the day's calls, and plays the day until all cases are
/// through.</summary>
internal sealed class Campaign(CampaignOptions options, DirectoryInfo work, TextWriter progress)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<CaseEnd, int> _ends = [];
    private readonly Dictionary<Place, int> _calls = [];
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private readonly Plan _plan = new(options.Acts, options.RepeatsMost);
    private long _struckFrom;
    private int _days;
    private int _cases;

    public int Violations => _ends.GetValueOrDefault(CaseEnd.Violated);

    public async Task RunAsync(CancellationToken cancellation)
    {
        var lanes = Enumerable.Range(1, options.Lanes).Select(number => new Lane(
            Path.Combine(work.FullName, string.Create(CultureInfo.InvariantCulture, $"lane-{number}")),
            new LanePorts(new Line(0), Loopback.FreePorts(1)[0]))).ToList();
        try
        {
            Say("founding the chains, and counting the calls of the day");
            await Task.WhenAll(lanes.Select(lane =>
                Founding.FoundAsync(new ChainFolder(lane.Base), lane.Ports, cancellation)));
            if (options.Only.Count == 0)
                await CountAsync(lanes[0], cancellation);
            foreach (var blow in Chosen())
                _plan.Add(blow);
            _cases = _plan.Left;
            Say($"{Places()} to strike, {_cases} cases chosen");
            _struckFrom = TimeProvider.System.GetTimestamp();
            await Task.WhenAll(lanes.Select(lane => WorkAsync(lane, cancellation)));
        }
        finally
        {
            foreach (var lane in lanes)
                await lane.Ports.Line.DisposeAsync();
        }
    }

    /// <summary>The campaign in figures, a line each.</summary>
    public IEnumerable<string> Summary()
    {
        var played = _ends.Where(e => e.Key != CaseEnd.NotReached).Sum(e => e.Value);
        yield return Text($"days: {_days}");
        yield return Text($"calls: {_calls.Values.Sum()}");
        yield return Text($"cases: {played}");
        yield return Text($"borne: {_ends.GetValueOrDefault(CaseEnd.Borne)}");
        yield return Text($"not reached: {_ends.GetValueOrDefault(CaseEnd.NotReached)}");
        if (_plan.Left > 0)
            yield return Text($"left out: {_plan.Left}");
        yield return Text($"seconds: {TimeProvider.System.GetElapsedTime(_began).TotalSeconds:0}");
        yield return Text($"violations: {Violations}");
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    private IReadOnlyList<Blow> Chosen()
    {
        if (options.Only.Count > 0)
            return options.Only;
        var all = Plan.Everything(
            _calls.Where(c => options.ActsStruck.Count == 0 || options.ActsStruck.Contains(c.Key.ActName))
                .Select(p => (p.Key, p.Value)));
        return options.Cases is { } cases ? Plan.Sample(all, cases, options.Seed) : all;
    }

    private string Places() => Text($"{_calls.Values.Sum()} calls at {_calls.Count} places");

    private async Task CountAsync(Lane lane, CancellationToken cancellation)
    {
        var day = lane.DayOf(
            [.. options.Acts.Index().Select(a => new Turn(a.Index + 1, a.Item, IsFirst: true, Blow: null))],
            "counting");
        foreach (var (place, calls) in await day.CountAsync(cancellation))
            _calls[place] = calls;
        lane.Forget("counting");
    }

    private async Task WorkAsync(Lane lane, CancellationToken cancellation)
    {
        while (!IsTimeOver() && _plan.TakeDay(options.Lanes) is { Count: > 0 } turns)
        {
            var name = Text($"day-{Interlocked.Increment(ref _days):0000}");
            var due = turns.Select(turn => turn.Blow).OfType<Blow>().ToList();
            var went = await lane.DayOf(turns, name).StrikeAsync(IsTimeOver, Played, cancellation);
            if (went)
                lane.Forget(name);
            else
                Say($"kept: {Path.Combine(lane.Path, name)}");
            // What a violation or the clock cut short is left for another day.
            foreach (var left in due)
                _plan.Add(left);

            void Played(PlayedCase played)
            {
                if (played.Blow is { } blow)
                    due.Remove(blow);
                Note(played, turns);
            }
        }
    }

    private bool IsTimeOver() =>
        options.Most is { } most && TimeProvider.System.GetElapsedTime(_struckFrom) > most;

    private void Note(PlayedCase played, IReadOnlyList<Turn> turns)
    {
        lock (_gate)
        {
            if (played is { Blow: { } missed, End: CaseEnd.NotReached } && !turns[played.Turn - 1].IsFirst
                && missed.Number <= _calls.GetValueOrDefault(missed.Place))
            {
                _plan.AddForFirst(missed);
                return;
            }

            _ends[played.End] = _ends.GetValueOrDefault(played.End) + 1;
            // Each call is struck, also those that the count did not see.
            if (played is { Blow: { } last, End: CaseEnd.Survived } && options.Cases is null
                && options.Only.Count == 0 && last.Number >= _calls.GetValueOrDefault(last.Place))
            {
                _plan.Add(last with { Number = last.Number + 1 });
            }

            var done = _ends.Values.Sum();
            if (played.End == CaseEnd.Violated)
                Complain(played, [.. turns.Take(played.Turn).Select(turn => turn.Blow).OfType<Blow>()]);
            else if (done % 25 == 0)
                Say(Text($"{done} of {_cases} cases, {Violations} violations"));
        }
    }

    private void Complain(PlayedCase played, IReadOnlyList<Blow> ofDay)
    {
        Say($"violation in {played.Blow?.ToString() ?? "a day without a blow"}");
        Say($"  {(played.Breach is Judge.Violation breach ? breach.Message : played.Breach)}");
        Say($"  repeat: tests/Crash/run.sh{options.DayArguments} --case {played.Blow}");
        if (ofDay.Count > 1)
        {
            var all = string.Join(',', ofDay);
            Say($"  or with all blows of that day: --case {all}");
        }
    }

    private void Say(string what) => progress.WriteLine(Text(
        $"[{TimeProvider.System.GetElapsedTime(_began).TotalSeconds,5:0} s] {what}"));

    private sealed record Lane(string Path, LanePorts Ports)
    {
        /// <summary>The founded chain, of which each day has a copy.</summary>
        public string Base => System.IO.Path.Combine(Path, "founded");

        public DayRun DayOf(IReadOnlyList<Turn> turns, string name)
        {
            var folder = System.IO.Path.Combine(Path, name);
            Copy(new DirectoryInfo(Base), folder);
            return new DayRun(turns, new ChainFolder(folder), Ports);
        }

        public void Forget(string name) =>
            Directory.Delete(System.IO.Path.Combine(Path, name), recursive: true);

        private static void Copy(DirectoryInfo from, string to)
        {
            Directory.CreateDirectory(to, from.UnixFileMode);
            foreach (var file in from.EnumerateFiles())
                file.CopyTo(System.IO.Path.Combine(to, file.Name));
            foreach (var folder in from.EnumerateDirectories())
                Copy(folder, System.IO.Path.Combine(to, folder.Name));
        }
    }
}
