using System.Globalization;
using System.Text.RegularExpressions;

namespace SmartCardCrm.Demo.Measuring;

/// <summary>One time a terminal made the disk keep what it wrote.</summary>
/// <param name="Thread">Name of the thread that did.</param>
/// <param name="At">When it began.</param>
internal readonly record struct Fsync(string Thread, DateTimeOffset At);

/// <summary>
/// Reads what strace saw of a terminal: <c>4711&lt;tap 03&gt; 1790000000.123456 fdatasync(45) = 0</c>.
/// </summary>
internal static partial class FsyncLog
{
    /// <summary>
    /// strace's arguments; the program and its own follow. -D keeps the program our child, not strace's.
    /// </summary>
    /// <param name="logFile">Overwritten.</param>
    public static IReadOnlyList<string> StraceArguments(string logFile) =>
    [
        "-D", "-f", "--seccomp-bpf", "-qq", "-Y", "-ttt", "-e", "trace=fsync,fdatasync", "-e", "signal=none",
        "-o", logFile,
    ];

    public static IEnumerable<Fsync> Read(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            // "<... fsync resumed>" is the second half of a call already counted.
            var call = BeginningOfCall().Match(line);
            if (call.Success)
                yield return new Fsync(call.Groups["thread"].Value, TimeOf(call.Groups["time"].Value));
        }
    }

    private static DateTimeOffset TimeOf(string seconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(
            (long)(decimal.Parse(seconds, CultureInfo.InvariantCulture) * TimeSpan.TicksPerSecond));

    [GeneratedRegex(
        @"^\d+<(?<thread>.+)> (?<time>\d+\.\d+) f(data)?sync\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BeginningOfCall();
}
