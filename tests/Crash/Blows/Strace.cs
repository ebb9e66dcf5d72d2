using System.Text.RegularExpressions;
using SmartCardCrm.Crash.Chain;

namespace SmartCardCrm.Crash.Blows;

/// <summary>strace's command lines, and what it wrote down.</summary>
internal static partial class Strace
{
    /// <summary>Everything that changes a file or a folder, or waits until it is on the disk.</summary>
    public static readonly IReadOnlyList<string> Calls =
    [
        "fsync", "fdatasync", "write", "pwrite64", "writev", "pwritev", "ftruncate", "fallocate", "unlink",
        "rename",
    ];

    /// <summary>To count, on all threads.</summary>
    /// <param name="folder">Only files of this data folder count.</param>
    /// <param name="log">Where strace writes down each call.</param>
    public static IReadOnlyList<string> Counting(TerminalFolder folder, string log) =>
        ["-f", .. Watching(folder.Written, log), "-e", $"trace={string.Join(',', Calls)}"];

    /// <summary>To strike.</summary>
    /// <inheritdoc cref="Counting" path="/param"/>
    /// <param name="blow">What.</param>
    public static IReadOnlyList<string> Striking(TerminalFolder folder, string log, Blow blow) =>
        blow.Place.Thread switch
        {
            var thread when folder.FileOf(thread) is { } file =>
                ["-f", .. Watching([file], log), .. Blows(blow)],
            Threads.Main => [.. Watching(folder.Journal, log), .. Blows(blow)],
            _ => [.. Watching(folder.Written, log), .. Blows(blow)],
        };

    /// <summary>Counts the calls of a log that was written with -f.</summary>
    /// <param name="log">Its lines: the thread's number, the call, its arguments.</param>
    /// <param name="struck">Whose calls are struck.</param>
    /// <param name="nameOf">Names a thread; null for one whose calls are not struck.</param>
    /// <param name="folder">The data folder.</param>
    public static Dictionary<(string Thread, string Call), int> Count(
        IEnumerable<string> log, IReadOnlyList<string> struck, Func<int, string?> nameOf,
        TerminalFolder folder)
    {
        var ofFiles = Threads.OfFiles.Where(struck.Contains).ToList();
        var counts = new Dictionary<(string, string), int>();
        foreach (var line in log)
        {
            if (Begun().Match(line) is not { Success: true } call)
                continue;
            var ofFile = ofFiles.Find(t => line.Contains(folder.FileOf(t)!, StringComparison.Ordinal));
            var number = int.Parse(
                call.Groups["thread"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
            if ((ofFile ?? nameOf(number)) is not { } thread || !struck.Contains(thread))
                continue;
            var at = (thread, call.Groups["call"].Value);
            counts[at] = counts.GetValueOrDefault(at) + 1;
        }

        return counts;
    }

    /// <summary>Whether a log tells of an injected error.</summary>
    public static bool HasInjected(string log) =>
        File.Exists(log) && File.ReadLines(log).Any(l => l.Contains("(INJECTED)", StringComparison.Ordinal));

    private static IEnumerable<string> Watching(IEnumerable<string> files, string log) =>
        ["-qq", "-y", "-o", log, .. files.SelectMany(file => new[] { "-P", file })];

    private static IEnumerable<string> Blows(Blow blow) =>
        ["-e", $"trace={blow.Place.Call}", "-e", blow.Injection];

    [GeneratedRegex(@"^(?<thread>\d+) +(?<call>[a-z0-9]+)\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Begun();
}
