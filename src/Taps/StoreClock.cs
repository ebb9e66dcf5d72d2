using System.Globalization;

namespace SmartCardCrm.Taps;

/// <summary>A store's wall clock.</summary>
internal static class StoreClock
{
    /// <summary>The store's day.</summary>
    public static DateOnly DayOf(DateTimeOffset now, TimeZoneInfo zone) =>
        DateOnly.FromDateTime(At(now, zone));

    /// <summary>When that day began; where clocks go back over midnight, with the first of the two.</summary>
    public static DateTimeOffset MidnightOf(DateTimeOffset now, TimeZoneInfo zone)
    {
        var midnight = DayOf(now, zone).ToDateTime(TimeOnly.MinValue);
        var offset = zone.IsAmbiguousTime(midnight)
            ? zone.GetAmbiguousTimeOffsets(midnight).Max()
            : zone.GetUtcOffset(midnight);
        return new DateTimeOffset(midnight, offset);
    }

    /// <summary>The time of a sale, to the second.</summary>
    /// <param name="told">As the till gave it, <see cref="IntentReading.LocalTimeFormat"/>; null for
    /// now.</param>
    public static DateTime TimeOf(string? told, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (told is not null)
            return DateTime.ParseExact(told, IntentReading.LocalTimeFormat, CultureInfo.InvariantCulture);
        var clock = At(now, zone);
        return clock.AddTicks(-(clock.Ticks % TimeSpan.TicksPerSecond));
    }

    private static DateTime At(DateTimeOffset now, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(now, zone).DateTime;
}
