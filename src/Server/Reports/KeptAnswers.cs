using System.Runtime.ExceptionServices;

namespace SmartCardCrm.Server.Reports;

/// <summary>What is known of the answer to a question.</summary>
/// <param name="Answer">The newest; null before the first.</param>
/// <param name="AsOf">When that was asked.</param>
/// <param name="Since">Since when a newer one is being reckoned; null where none is.</param>
internal sealed record KeptAnswer<T>(T? Answer, DateTimeOffset AsOf, DateTimeOffset? Since) where T : class;

/// <summary>
/// Answers to questions to the whole book, which take the longer, the longer the book. One that was quick is
/// asked again each time. One that took longer than a quarter of a second is given as it was, with its time,
/// for twenty times as long as it took, and then still while a newer one is reckoned beside the day's work:
/// however many look, a question takes no more than a twentieth of one processor.
/// </summary>
/// <param name="ask">Asks the book.</param>
internal sealed class KeptAnswers<TQuestion, TAnswer>(Func<TQuestion, TAnswer> ask, TimeProvider clock)
    where TQuestion : notnull
    where TAnswer : class
{
    private const int Rest = 20;
    private const int KeptMost = 64;

    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(250);

    // Whoever asks first waits so long; what takes longer is called for again.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Dictionary<TQuestion, Kept> _kept = [];
    private readonly Lock _gate = new();

    /// <summary>The newest answer. What asking failed of is thrown once, at whoever calls next.</summary>
    public KeptAnswer<TAnswer> Of(TQuestion question)
    {
        var (kept, begun) = Look(question);
        if (begun is not null)
            Task.WaitAny([begun], Patience);
        lock (_gate)
            return kept.Tell();
    }

    private (Kept Kept, Task? Begun) Look(TQuestion question)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (!_kept.TryGetValue(question, out var kept))
            {
                Forget();
                _kept.Add(question, kept = new Kept());
            }

            kept.CalledFor = now;
            if (!kept.Wants(now))
                return (kept, null);
            kept.Since = now;
            return (kept, Task.Factory.StartNew(
                () => Reckon(question, kept, now), CancellationToken.None, TaskCreationOptions.LongRunning,
                TaskScheduler.Default));
        }
    }

    private void Reckon(TQuestion question, Kept kept, DateTimeOffset asOf)
    {
        var start = clock.GetTimestamp();
        TAnswer? answer = null;
        ExceptionDispatchInfo? failure = null;
        try
        {
            answer = ask(question);
        }
        catch (Exception problem)
        {
            failure = ExceptionDispatchInfo.Capture(problem);
        }

        lock (_gate)
            kept.Take(answer, failure, asOf, clock.GetElapsedTime(start));
    }

    // What nobody has called for longest.
    private void Forget()
    {
        var old = _kept.Where(one => one.Value.Since is null).OrderBy(one => one.Value.CalledFor).ToList();
        foreach (var one in old.Take(_kept.Count - KeptMost + 1))
            _kept.Remove(one.Key);
    }

    private sealed class Kept
    {
        private TAnswer? _answer;
        private DateTimeOffset _asOf;
        private TimeSpan _took;
        private ExceptionDispatchInfo? _failure;

        public DateTimeOffset? Since { get; set; }

        public DateTimeOffset CalledFor { get; set; }

        public bool Wants(DateTimeOffset now) =>
            Since is null && _failure is null
            && (_answer is null || _took < Quick || now - _asOf >= _took * Rest);

        public void Take(
            TAnswer? answer, ExceptionDispatchInfo? failure, DateTimeOffset asOf, TimeSpan took)
        {
            (Since, _failure) = (null, failure);
            if (answer is not null)
                (_answer, _asOf, _took) = (answer, asOf, took);
        }

        public KeptAnswer<TAnswer> Tell()
        {
            var failure = _failure;
            _failure = null;
            failure?.Throw();
            return new KeptAnswer<TAnswer>(_answer, _asOf, Since);
        }
    }
}
