namespace SmartCardCrm.Server.Sync;

/// <summary>Tells every open stream that the change feed may have grown.</summary>
internal sealed class FeedBell
{
    private volatile TaskCompletionSource _next = New();

    /// <summary>Ends at the next ring. Take it before looking at the feed, so that no ring is
    /// missed.</summary>
    public Task Next => _next.Task;

    public void Ring() => Interlocked.Exchange(ref _next, New()).SetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
