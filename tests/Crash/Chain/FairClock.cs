using System.Security.Cryptography;

namespace SmartCardCrm.Crash.Chain;

/// <summary>
/// Time as far as this machine is at our disposal: for limits, so that a machine on which others work is not
/// taken for a terminal that hangs. A piece of work is timed twice in three seconds; where it takes ten times
/// as long as it can, ten seconds count as one.
/// </summary>
internal sealed class FairClock : TimeProvider
{
    // Some 20 ms of work.
    private const int Rounds = 1_200;
    private const int BlockBytes = 16_384;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1.5);

    private readonly byte[] _block = new byte[BlockBytes];
    private readonly byte[] _digest = new byte[SHA256.HashSizeInBytes];
    private TimeSpan _least = TimeSpan.MaxValue;
    private long _passed;

    private FairClock() => _ = MeasureAsync();

    public static FairClock Shared { get; } = new();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _passed);

    /// <summary>Goes off once; a period is not heeded.</summary>
    public override ITimer CreateTimer(
        TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Alarm(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private async Task MeasureAsync()
    {
        using var pauses = new PeriodicTimer(Pause, System);
        var before = System.GetTimestamp();
        do
        {
            var began = System.GetTimestamp();
            for (var i = 0; i < Rounds; i++)
                SHA256.HashData(_block, _digest);
            var took = System.GetElapsedTime(began);
            _least = took < _least ? took : _least;
            var now = System.GetTimestamp();
            var passed = System.GetElapsedTime(before, now) * (_least / took);
            Interlocked.Add(ref _passed, passed.Ticks);
            before = now;
        }
        while (await pauses.WaitForNextTickAsync());
    }

    private sealed class Alarm : ITimer
    {
        private readonly FairClock _clock;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _looks;
        private long _due = long.MaxValue;

        public Alarm(FairClock clock, TimerCallback callback, object? state)
        {
            (_clock, _callback, _state) = (clock, callback, state);
            _looks = System.CreateTimer(_ => Look(), null, Pause, Pause);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var due = dueTime == Timeout.InfiniteTimeSpan
                ? long.MaxValue : _clock.GetTimestamp() + dueTime.Ticks;
            Interlocked.Exchange(ref _due, due);
            return true;
        }

        public void Dispose() => _looks.Dispose();

        public ValueTask DisposeAsync() => _looks.DisposeAsync();

        private void Look()
        {
            var due = Interlocked.Read(ref _due);
            if (_clock.GetTimestamp() >= due
                && Interlocked.CompareExchange(ref _due, long.MaxValue, due) == due)
                _callback(_state);
        }
    }
}
