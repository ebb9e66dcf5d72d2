namespace SmartCardCrm.World;

/// <summary>The clock of one machine: simulated time, as wrong as the machine has it.</summary>
internal sealed class MachineClock(Timeline timeline) : TimeProvider
{
    /// <summary>How far it is off; may jump.</summary>
    public TimeSpan Offset
    {
        get;
        set
        {
            field = value;
            WasOff |= value != TimeSpan.Zero;
        }
    }

    /// <summary>It was wrong at some time.</summary>
    public bool WasOff { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => timeline.Now + Offset;

    // Monotonic: what jumps is the time of day.
    public override long GetTimestamp() => timeline.Now.UtcTicks;
}
