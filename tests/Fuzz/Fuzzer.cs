using System.Globalization;

namespace SmartCardCrm.Fuzz;

/// <summary>Feeds targets in turn, keeps what makes them do something new, and reports what throws or does
/// not end.</summary>
/// <param name="targets">At least one.</param>
/// <param name="seed">The same seed and the same code make the same inputs.</param>
/// <param name="report">Gets each failure, with the command that repeats it.</param>
internal sealed class Fuzzer(IReadOnlyList<Target> targets, uint seed, TextWriter report, TimeProvider clock)
{
    // Of more, the same mistake speaks again and again.
    private const int FailuresMost = 20;
    private const int TurnsPerTarget = 50;
    private static readonly TimeSpan RunMost = TimeSpan.FromSeconds(10);

    private readonly Mutator _mutator = new(seed);
    private readonly List<Corpus> _corpora = [.. targets.Select(target => new Corpus(target))];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    public long Executions { get; private set; }

    public int Failures { get; private set; }

    /// <summary>Distinct behaviours seen so far.</summary>
    public int Behaviours => _corpora.Sum(corpus => corpus.Behaviours);

    public void Run(TimeSpan time)
    {
        var started = clock.GetTimestamp();
        foreach (var corpus in _corpora)
            corpus.Target.Seeds.ToList().ForEach(input => Execute(corpus, input));
        while (clock.GetElapsedTime(started) < time && Failures < FailuresMost)
        {
            foreach (var corpus in _corpora)
            {
                for (var turn = 0; turn < TurnsPerTarget; turn++)
                    Execute(corpus, _mutator.Change(corpus.Pick(_mutator), corpus.Pick(_mutator)));
            }
        }
    }

    /// <summary>Runs one input of one target.</summary>
    public void Execute(string target, byte[] input) =>
        Execute(_corpora.Single(corpus => corpus.Target.Name == target), input);

    private void Execute(Corpus corpus, byte[] input)
    {
        Executions++;
        var started = clock.GetTimestamp();
        try
        {
            // One thread does it all; another only notices that it does not come back.
            using var hang = clock.CreateTimer(
                _ => Environment.FailFast($"hang: {Command(corpus.Target, input)}"), null, RunMost,
                Timeout.InfiniteTimeSpan);
            corpus.Add(input, corpus.Target.Run(input));
        }
        catch (Exception wrong)
        {
            Fail(corpus.Target, input, wrong);
        }
    }

    private void Fail(Target target, byte[] input, Exception wrong)
    {
        var place = wrong.StackTrace?.Split('\n').FirstOrDefault()?.Trim() ?? "";
        if (!_seen.Add($"{target.Name} {wrong.GetType().Name} {place}"))
            return;
        Failures++;
        report.WriteLine($"failure: {wrong.GetType().Name}: {wrong.Message}");
        report.WriteLine(wrong.StackTrace);
        report.WriteLine($"  reproduce: {Command(target, input)}");
    }

    private static string Command(Target target, byte[] input) => string.Create(
        CultureInfo.InvariantCulture,
        $"tests/Fuzz/run.sh --target {target.Name} --input {Convert.ToHexString(input)}");

    /// <summary>The inputs of a target that each made it do something new.</summary>
    private sealed class Corpus(Target target)
    {
        private const int InputsMost = 4096;

        private readonly List<byte[]> _inputs = [];
        private readonly HashSet<Behaviour> _behaviours = [];

        public Target Target => target;

        public int Behaviours => _behaviours.Count;

        public byte[] Pick(Mutator mutator) =>
            _inputs.Count == 0 ? target.Seeds[0] : _inputs[mutator.Below(_inputs.Count)];

        public void Add(byte[] input, Behaviour behaviour)
        {
            if (_behaviours.Add(behaviour) && _inputs.Count < InputsMost)
                _inputs.Add(input);
        }
    }
}
