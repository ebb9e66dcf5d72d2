using static SmartCardCrm.Benchmarks.Figures;

namespace SmartCardCrm.Benchmarks.Till;

/// <summary>From the start of <c>terminal serve</c> until it sells, in turn with the start of an application
/// that does nothing until it listens. Each terminal starts on what a killed one left.</summary>
internal static class StartFigure
{
    private const int WarmUpRounds = 2;
    private const int Rounds = 15;

    /// <param name="folder">The terminal's; made here.</param>
    public static async Task PrintAsync(BenchChain chain, string folder)
    {
        EnrolledFolder.Make(chain, folder, members: 1);
        var port = StartedProcess.FreePort();
        var times = new List<(TimeSpan Terminal, TimeSpan Empty)>();
        for (var round = 0; round < WarmUpRounds + Rounds; round++)
        {
            times.Add((
                await TimeOfAsync(() => StartedProcess.TerminalAsync(folder, port)),
                await TimeOfAsync(StartedProcess.EmptyAsync)));
        }

        times.RemoveRange(0, WarmUpRounds);
        Compare(
            "start to ready ratio", Median(times.Select(t => t.Terminal)),
            Median(times.Select(t => t.Empty)));
    }

    private static async Task<TimeSpan> TimeOfAsync(Func<Task<StartedProcess>> start)
    {
        StartedProcess? started = null;
        var time = await TimeAsync(async () => started = await start());
        started?.Dispose();
        return time;
    }
}
