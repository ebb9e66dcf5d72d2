using System.Globalization;

namespace SmartCardCrm.Crash.Chain;

/// <summary>What the kernel lists of a process.</summary>
internal static class KernelList
{
    /// <summary>A file about one of its threads.</summary>
    public static string Of(int process, int thread, string file) =>
        string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task/{thread}/{file}");

    /// <summary>The processes that its first thread has started and that still run.</summary>
    public static IReadOnlyList<int> Children(int process)
    {
        try
        {
            return [.. File.ReadAllText(Of(process, process, "children"))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>Its threads by number, with their names; none when it has ended.</summary>
    public static IReadOnlyDictionary<int, string> Threads(int process)
    {
        var threads = new Dictionary<int, string>();
        try
        {
            foreach (var folder in Directory.EnumerateDirectories(
                string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task")))
            {
                var thread = int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture);
                threads[thread] = File.ReadAllText(Of(process, thread, "comm")).Trim();
            }
        }
        catch (IOException)
        {
            // It, or the thread just looked at, has ended.
        }

        return threads;
    }
}
