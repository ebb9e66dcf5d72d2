namespace SmartCardCrm.World;

/// <summary>Simulated time: things happen one after another, in the order of their times and, at the same
/// time, in the order in which they were arranged.</summary>
internal sealed class Timeline(DateTimeOffset start)
{
    private readonly PriorityQueue<Action, (long Ticks, long Order)> _coming = new();
    private readonly PriorityQueue<Action, (long Ticks, long Order)> _messages = new();
    private long _arranged;
    private bool _delivering;

    public DateTimeOffset Now { get; private set; } = start;

    public DateTimeOffset Start { get; } = start;

    /// <summary>Arranges something for later.</summary>
    /// <param name="delay">From now, not negative.</param>
    public void After(TimeSpan delay, Action happening) => Arrange(_coming, Now + delay, happening);

    /// <summary>Arranges the arrival of a message: it may also arrive while something else goes
    /// on.</summary>
    public void Deliver(DateTimeOffset at, Action arrival) => Arrange(_messages, at, arrival);

    /// <summary>Time that passes within a happening.</summary>
    public void Pass(TimeSpan time) => Now += time;

    /// <summary>Within a happening: lets the messages arrive that are due.</summary>
    public void LetMessagesArrive()
    {
        if (_delivering)
            return;
        _delivering = true;
        while (_messages.TryPeek(out var arrival, out var due) && due.Ticks <= Now.UtcTicks)
        {
            _messages.Dequeue();
            arrival();
        }

        _delivering = false;
    }

    /// <summary>Lets everything happen that is due until an instant, and ends at that instant.</summary>
    /// <param name="until">Asked before each thing: whether to stop here.</param>
    public void RunUntil(DateTimeOffset end, Func<bool>? until = null)
    {
        while (until?.Invoke() != true && Next(end) is { } next)
            next();
        if (until is null && Now < end)
            Now = end;
    }

    private Action? Next(DateTimeOffset end)
    {
        var coming = _coming.TryPeek(out _, out var first) ? first : (long.MaxValue, long.MaxValue);
        var message = _messages.TryPeek(out _, out var arrives) ? arrives : (long.MaxValue, long.MaxValue);
        var (queue, due) = message.CompareTo(coming) < 0 ? (_messages, message) : (_coming, coming);
        if (due.Item1 > end.UtcTicks)
            return null;
        // Time that passed within an earlier happening may be past this one's time already.
        if (due.Item1 > Now.UtcTicks)
            Now = new DateTimeOffset(due.Item1, TimeSpan.Zero);
        return queue.Dequeue();
    }

    private void Arrange(
        PriorityQueue<Action, (long Ticks, long Order)> queue, DateTimeOffset at, Action happening)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(at, Now);
        queue.Enqueue(happening, (at.UtcTicks, _arranged++));
    }
}
