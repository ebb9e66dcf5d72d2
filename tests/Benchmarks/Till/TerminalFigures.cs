namespace SmartCardCrm.Benchmarks.Till;

/// <summary>What a terminal does beside the way to the card.</summary>
internal static class TerminalFigures
{
    /// <param name="work">An empty folder for databases, on the disk to be measured.</param>
    public static async Task<int> PrintAsync(string work)
    {
        using var chain = new BenchChain();
        HostTimeFigure.Print(chain, Path.Combine(work, "tap.db"));
        await TillApiFigure.PrintAsync(chain, work);
        await StartFigure.PrintAsync(chain, Path.Combine(work, "start"));
        await MemoryFigure.PrintAsync(chain, Path.Combine(work, "memory"));
        HotlistFigure.Print(work);
        return 0;
    }
}
