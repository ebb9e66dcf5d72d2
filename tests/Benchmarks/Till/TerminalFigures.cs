namespace SmartCardCrm.Benchmarks.Till;

/// <summary>What a terminal does beside the way to the card.</summary>
internal static class TerminalFigures
{
    /// <param name="work">An empty folder for databases, on the disk to be measured.</param>
    public static int Print(string work)
    {
        HotlistFigure.Print(work);
        return 0;
    }
}
