namespace SmartCardCrm.Server.Storage;

/// <summary>Instants as the book and the wire hold them: microseconds since 1970-01-01T00:00:00Z.</summary>
internal static class UnixTime
{
    private const int TicksPerMicrosecond = 10;

    public static long Microseconds(this TimeProvider clock) => Microseconds(clock.GetUtcNow());

    public static long Microseconds(DateTimeOffset instant) =>
        (instant - DateTimeOffset.UnixEpoch).Ticks / TicksPerMicrosecond;

    public static DateTimeOffset FromMicroseconds(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TicksPerMicrosecond);
}
