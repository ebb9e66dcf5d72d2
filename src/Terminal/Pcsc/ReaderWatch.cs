namespace SmartCardCrm.Terminal.Pcsc;

/// <summary>
/// Follows PC/SC's list of readers on a thread of its own, and tells each name once: when it is first there.
/// The service may be absent, die and be restarted.
/// </summary>
/// <remarks>A reader that leaves is not told of: whoever uses it sees it unavailable, and under its name it
/// comes back.</remarks>
internal sealed partial class ReaderWatch : IDisposable
{
    // pcsc-lite 1.9 tells of readers that come while somebody waits, and of their number alone; macOS tells
    // of none. So the list is read after every slice, whatever the wait has said.
    private static readonly TimeSpan WaitSlice = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(250);

    private readonly Action<string> _came;
    private readonly ILogger _log;
    private readonly Thread _thread;
    private readonly ManualResetEvent _stop = new(initialState: false);
    private readonly Lock _contextGate = new();
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private PcscContext? _context;
    private int _listed;

    /// <summary>Those that are there now are told before this returns.</summary>
    /// <param name="came">Told each name: now on this thread, later on the watch's own.</param>
    /// <param name="failed">Told, on the watch's thread, what ended it: our mistake.</param>
    /// <param name="log">Where new readers are told.</param>
    public ReaderWatch(Action<string> came, Action<Exception> failed, ILogger log)
    {
        (_came, _log) = (came, log);
        Look();
        if (_told.Count == 0)
            LogNone();
        _thread = new Thread(() => Run(failed)) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Afterwards nothing is told any more.</summary>
    public void Dispose()
    {
        _stop.Set();
        lock (_contextGate)
            _context?.Cancel();
        _thread.Join();
        Replace(null);
        _stop.Dispose();
    }

    private void Run(Action<Exception> failed)
    {
        Thread.CurrentThread.Name = "readers";
        try
        {
            while (!_stop.WaitOne(NothingHappened() ? TimeSpan.Zero : RetryPause))
                Look();
        }
        catch (Exception failure)
        {
            failed(failure);
        }
    }

    private void Look()
    {
        var names = Names();
        _listed = names.Count;
        foreach (var name in names.Where(_told.Add))
        {
            LogNew(name);
            _came(name);
        }
    }

    private IReadOnlyList<string> Names()
    {
        try
        {
            if (_context is null)
                Replace(new PcscContext());
            return _context?.ReaderNames() ?? [];
        }
        catch (PcscException)
        {
            Replace(null);
            return [];
        }
    }

    // Without a service there is nothing to be told by.
    private bool NothingHappened()
    {
        try
        {
            return _context?.WaitForReaders(_listed, (uint)WaitSlice.TotalMilliseconds) == false;
        }
        catch (PcscException)
        {
            Replace(null);
            return false;
        }
    }

    private void Replace(PcscContext? context)
    {
        lock (_contextGate)
        {
            _context?.Dispose();
            _context = context;
        }
    }

    [LoggerMessage(LogLevel.Information, "reader-new reader={Reader}", EventName = "reader-new")]
    private partial void LogNew(string reader);

    [LoggerMessage(
        LogLevel.Warning, "no-reader: it waits for one to be plugged in", EventName = "no-reader")]
    private partial void LogNone();
}
