using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal.Sync;

/// <summary>
/// Compares this machine's clock with what the terminal itself has written down, and with the server's
/// whenever the server says what time it is: on connecting, and with the answer to each heartbeat. A clock
/// that is off dates sales wrongly and ends redeeming; nothing is stopped for it, but people are told.
/// </summary>
internal sealed partial class ClockWatch(FaultBook faults, TimeProvider clock, ILogger<ClockWatch> log)
{
    /// <summary>What a slow line may make of two clocks that agree.</summary>
    public static readonly TimeSpan DifferenceMost = TimeSpan.FromMinutes(2);

    private const string What = "clock";

    /// <summary>The terminal begins, and nobody has said yet what time it is. Time does not go
    /// backwards.</summary>
    /// <param name="written">When its newest entry was written, by this clock then.</param>
    public void Began(DateTimeOffset written)
    {
        var ahead = clock.GetUtcNow() - written;
        if (ahead >= -DifferenceMost)
            return;
        var difference = Difference(ahead);
        if (faults.Broke(What, $"{difference} this terminal's own newest entry"))
            LogOff(difference);
    }

    /// <summary>A message has just come in.</summary>
    public void Heard(ServerMessage message)
    {
        if (SaidAtUs(message) is not (> 0 and var saidAtUs))
            return;
        var ahead = clock.GetUtcNow()
            - DateTimeOffset.UnixEpoch.AddTicks(saidAtUs * TimeSpan.TicksPerMicrosecond);
        if (ahead.Duration() <= DifferenceMost)
        {
            if (faults.Works(What))
                LogFits();
            return;
        }

        var difference = Difference(ahead);
        if (faults.Broke(What, $"{difference} the server's"))
            LogOff(difference);
    }

    /// <summary>In words: <c>3 min 20 s behind</c>.</summary>
    /// <param name="ahead">This clock less the server's.</param>
    public static string Difference(TimeSpan ahead)
    {
        var size = ahead.Duration();
        var words = size >= TimeSpan.FromDays(1) ? $"{size.Days} d {size.Hours} h"
            : size >= TimeSpan.FromHours(1) ? $"{size.Hours} h {size.Minutes} min"
            : size >= TimeSpan.FromMinutes(1) ? $"{size.Minutes} min {size.Seconds} s"
            : $"{size.Seconds} s";
        return $"{words} {(ahead < TimeSpan.Zero ? "behind" : "ahead of")}";
    }

    // The last batch of the change feed, and the answer to a heartbeat, are as of now.
    private static long SaidAtUs(ServerMessage message) =>
        message.Welcome?.ServerTimeUs ?? message.Feed?.AsOfUs ?? 0;

    [LoggerMessage(LogLevel.Error, "clock-off difference={Difference}", EventName = "clock-off")]
    private partial void LogOff(string difference);

    [LoggerMessage(LogLevel.Information, "clock-fits", EventName = "clock-fits")]
    private partial void LogFits();
}
