using System.Globalization;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Terminals;

namespace SmartCardCrm.Server.DayCertificates;

/// <summary>What terminals let be redeemed on one day, beside what they were ever allowed.</summary>
internal static class DayLimits
{
    private const int DaysApartMost = 2;

    /// <summary>How many terminals went over it. Who was never enrolled here has no limit to go
    /// over.</summary>
    public static long Exceeded(DbSession db, DateOnly day) => db.List<TerminalDay>(
        """
        SELECT terminal, SUM(redeemed) AS redeemed FROM card_transaction
        WHERE recorded_us >= @from AND recorded_us < @through AND business_date = @day
            AND kind = @Sale AND terminal > 0 AND redeemed > 0
        GROUP BY terminal
        """,
        new
        {
            day = day.ToString("O", CultureInfo.InvariantCulture),
            from = BeginOf(day.AddDays(-DaysApartMost)),
            through = BeginOf(day.AddDays(DaysApartMost)),
            Sale = (long)LogKind.Sale,
        }).LongCount(one =>
            one.Redeemed > LimitsBook.EverMost(db, one.Terminal, limits => limits.DayMost));

    private static long BeginOf(DateOnly day) =>
        UnixTime.Microseconds(new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero));

    private sealed record TerminalDay
    {
        public long Terminal { get; init; }
        public long Redeemed { get; init; }
    }
}
