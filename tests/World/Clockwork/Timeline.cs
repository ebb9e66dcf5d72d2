namespace SmartCardCrm.World;

/// <summary>Simulated time: things happen one after another, in the order of their times and, at the same
/// time, in the order in which they were arranged.</summary>
internal sealed class Timeline(DateTimeOffset start)
{
    private readonly PriorityQueue<Action, (long Ticks, long Order)> _coming = new();
    private long _arranged;

    public DateTimeOffset Now { get; private set; } = start;

    public DateTimeOffset Start { get; } = start;

    /// <summary>Arranges something for later.</summary>
    /// <param name="delay">From now, not negative.</param>
    public void After(TimeSpan delay, Action happening)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        _coming.Enqueue(happening, ((Now + delay).UtcTicks, _arranged++));
    }

    /// <summary>Time that passes within a happening: nothing else happens meanwhile.</summary>
    public void Pass(TimeSpan time) => Now += time;

    /// <summary>Lets the next thing happen.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Step()
    {
        if (!_coming.TryDequeue(out var happening, out var due))
            return false;
        // Time that passed within an earlier happening may be past its due time already.
        if (due.Ticks > Now.UtcTicks)
            Now = new DateTimeOffset(due.Ticks, TimeSpan.Zero);
        happening();
        return true;
    }

    /// <summary>Lets everything happen that is due until an instant, and ends at that instant.</summary>
    public void RunUntil(DateTimeOffset end)
    {
        while (_coming.TryPeek(out _, out var due) && due.Ticks <= end.UtcTicks)
            Step();
        if (Now < end)
            Now = end;
    }
}
