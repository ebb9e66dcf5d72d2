using System.Globalization;

namespace SmartCardCrm.Benchmarks;

/// <summary>How a figure is taken and told.</summary>
internal static class Figures
{
    public static TimeSpan Time(Action work)
    {
        var start = TimeProvider.System.GetTimestamp();
        work();
        return TimeProvider.System.GetElapsedTime(start);
    }

    public static async Task<TimeSpan> TimeAsync(Func<Task> work)
    {
        var start = TimeProvider.System.GetTimestamp();
        await work();
        return TimeProvider.System.GetElapsedTime(start);
    }

    /// <param name="times">At least one; of an even number, the greater of the middle two.</param>
    public static TimeSpan Median(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <param name="times">At least one.</param>
    /// <param name="part">So much of them is not above it, 0 to below 1.</param>
    public static TimeSpan Quantile(IReadOnlyList<TimeSpan> times, double part) =>
        times.Order().ElementAt((int)(times.Count * part));

    /// <summary>Prints the line a script reads: the name, a colon and two decimals.</summary>
    public static void Say(string figure, double value) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{figure}: {value:0.00}"));

    /// <summary>Prints a ratio as <see cref="Say"/> does, then the two medians and what it should
    /// be.</summary>
    public static void Compare(string figure, TimeSpan one, TimeSpan other, double? aim = null) =>
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{figure}: {one / other:0.00} ({Text(one)} beside {Text(other)}{Aim(aim)})"));

    /// <summary>Prints a size as <see cref="Say"/> does, then what it should be.</summary>
    public static void SayMegabytes(string figure, long bytes, double? aim = null) =>
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{figure}: {bytes / 1e6:0.0} MB ({bytes} bytes{Aim(aim)})"));

    private static string Text(TimeSpan time) => time.TotalMilliseconds >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0.0} us");

    private static string Aim(double? aim) =>
        aim is null ? "" : string.Create(CultureInfo.InvariantCulture, $", aim ≤ {aim:0.##}");
}
