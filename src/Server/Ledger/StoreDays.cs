using SmartCardCrm.Server.Storage;
using SmartCardCrm.Taps;

namespace SmartCardCrm.Server.Ledger;

/// <summary>Days of stores, which do not begin everywhere at once.</summary>
internal static class StoreDays
{
    /// <summary>The day that has begun in every store, and in the programmes' own zones: no point expires
    /// before its day has come where the customer stands.</summary>
    public static DateOnly BegunEverywhere(DbSession db, DateTimeOffset now) =>
        db.List<string>(
            "SELECT store_zone FROM terminal WHERE revoked_us IS NULL UNION SELECT zone FROM programme")
            .Select(zone => DayOf(now, zone)).Min();

    /// <summary>A store's day.</summary>
    /// <param name="zone">IANA; UTC where nobody knows it.</param>
    public static DateOnly DayOf(DateTimeOffset now, string zone) => StoreClock.DayOf(
        now, TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var known) ? known : TimeZoneInfo.Utc);
}
