using System.Globalization;
using SmartCardCrm.Crash.Chain;
using SmartCardCrm.Demo.Processes;

namespace SmartCardCrm.Crash.Blows;

/// <summary>strace at a process that runs already.</summary>
internal sealed class Tracer : IAsyncDisposable
{
    private static readonly TimeSpan AttachesWithin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(5);

    // Between taking hold of a thread and its first traced call.
    private static readonly TimeSpan Grip = TimeSpan.FromMilliseconds(30);

    private readonly ChildProcess _strace;

    private Tracer(ChildProcess strace) => _strace = strace;

    /// <summary>Takes hold of a process, or of some of its threads only.</summary>
    /// <param name="process">Its number.</param>
    /// <param name="threads">Some of its threads; with -f among the arguments its own number stands for
    /// all.</param>
    /// <param name="arguments">What strace is to do.</param>
    /// <param name="log">Where strace's own complaints go.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<Tracer> AttachAsync(
        int process, IReadOnlyList<int> threads, IReadOnlyList<string> arguments, string log,
        CancellationToken cancellation)
    {
        var held = threads.SelectMany(t => new[] { "-p", t.ToString(CultureInfo.InvariantCulture) });
        var strace = ChildProcess.Start(
            new ChildCommand("strace", "strace", [.. arguments, .. held], log), _ => { });
        var start = FairClock.Shared.GetTimestamp();
        while (!threads.All(thread => IsTraced(process, thread)))
        {
            if (FairClock.Shared.GetElapsedTime(start) > AttachesWithin)
            {
                await strace.DisposeAsync();
                throw new InvalidOperationException($"strace did not take hold of {process}; see {log}");
            }

            await Task.Delay(LookEvery, TimeProvider.System, cancellation);
        }

        await Task.Delay(Grip, TimeProvider.System, cancellation);
        return new Tracer(strace);
    }

    /// <summary>Lets go.</summary>
    public ValueTask DisposeAsync() => _strace.DisposeAsync();

    private static bool IsTraced(int process, int thread)
    {
        try
        {
            return File.ReadLines(KernelList.Of(process, thread, "status"))
                .Any(line => line.StartsWith("TracerPid:", StringComparison.Ordinal)
                    && line.AsSpan("TracerPid:".Length).Trim() is not "0");
        }
        catch (IOException)
        {
            return false;
        }
    }
}
