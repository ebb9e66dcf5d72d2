namespace SmartCardCrm.Terminal;

/// <summary>Keeps the write-ahead log short, and the journal from growing for ever, while nobody sells, on a
/// thread of its own.</summary>
internal sealed class IdleCheckpoint : IDisposable
{
    private const long WorthwhileBytes = 1 << 20;
    private const long UrgentBytes = 256 << 20;
    private static readonly TimeSpan IdleLeast = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ManualResetEventSlim _stop = new();
    private readonly TerminalDatabase _database;
    private readonly Compaction _compaction;
    private readonly Thread _thread;

    /// <param name="database">What is kept short. Not owned.</param>
    /// <param name="compaction">Of the journal in it.</param>
    /// <param name="failed">Told, on this thread, when the database fails; the thread ends then.</param>
    public IdleCheckpoint(
        TerminalDatabase database, Compaction compaction, Action<JournalFailedException> failed)
    {
        _database = database;
        _compaction = compaction;
        _thread = new Thread(() => Run(failed)) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Whether now is the time.</summary>
    public static bool IsDue(long logBytes, TimeSpan idle) =>
        logBytes >= UrgentBytes || (logBytes >= WorthwhileBytes && idle >= IdleLeast);

    /// <summary>Looks whether now is the time, and does it then.</summary>
    /// <exception cref="JournalFailedException">The database is of no use any more.</exception>
    public static void Look(TerminalDatabase database, Compaction compaction)
    {
        if (database.Idle >= IdleLeast)
            compaction.Look();
        if (IsDue(database.LogBytes, database.Idle))
            database.Checkpoint();
    }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Run(Action<JournalFailedException> failed)
    {
        // A tracer learns a thread's name only when the thread gives it to itself.
        Thread.CurrentThread.Name = "journal-idle";
        try
        {
            while (!_stop.Wait(Pause))
                Look(_database, _compaction);
        }
        catch (JournalFailedException failure)
        {
            failed(failure);
        }
    }
}
