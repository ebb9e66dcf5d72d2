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

    /// <param name="times">At least one; of an even number, the greater of the middle two.</param>
    public static TimeSpan Median(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <summary>Prints the line a script reads: the name, a colon and two decimals.</summary>
    public static void Say(string figure, double value) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{figure}: {value:0.00}"));
}
