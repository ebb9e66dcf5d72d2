namespace SmartCardCrm.Demo.Processes;

/// <summary>Several works at once that stand or fall together.</summary>
internal static class Together
{
    /// <summary>Runs all of them. The first failure stops the others and is the one that is thrown.</summary>
    public static async Task RunAsync(
        IEnumerable<Func<CancellationToken, Task>> works, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAll(works.Select(work => OrStopAllAsync(work, stop)));
    }

    private static async Task OrStopAllAsync(Func<CancellationToken, Task> work, CancellationTokenSource stop)
    {
        try
        {
            await work(stop.Token);
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }
}
