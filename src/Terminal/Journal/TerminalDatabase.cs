using System.Security.Cryptography;
using System.Text.Json;
using Google.Protobuf;
using SQLite;

namespace SmartCardCrm.Terminal;

/// <summary>The disk could not be written or read, or what it holds is not what was written. What the last
/// commit did is unknown: the database stays closed until it has been opened, and so verified,
/// anew.</summary>
internal sealed class JournalFailedException(string message, Exception? inner = null)
    : Exception(message, inner);

/// <summary>
/// The terminal's one SQLite database behind one lock: a durable connection whose every commit is one fsync,
/// and a lazy one whose commits are none. What is written lazily survives a killed process, and a power cut
/// if a durable commit came after it, because both write one log in order.
/// </summary>
internal sealed class TerminalDatabase : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly PreparedConnection _durable;
    private readonly PreparedConnection _lazy;
    private long _lastCommit;
    private Exception? _failure;

    private TerminalDatabase(PreparedConnection durable, PreparedConnection lazy, TimeProvider clock)
    {
        (_durable, _lazy, _clock) = (durable, lazy, clock);
        _lastCommit = clock.GetTimestamp();
    }

    /// <summary>Opens the file, makes it where there is none, checks that tables and indexes say the same,
    /// and reads back the settings that durability rests on.</summary>
    /// <exception cref="JournalFailedException">The file cannot be used or is damaged, or a setting did not
    /// take.</exception>
    /// <exception cref="JournalKeyException">It is sealed under another key.</exception>
    public static TerminalDatabase Open(JournalFile file, TimeProvider clock)
    {
        PreparedConnection? durable = null;
        PreparedConnection? lazy = null;
        TerminalDatabase? opened = null;
        try
        {
            durable = new PreparedConnection(file.Path) { Seal = file.Seal };
            Demand(durable, "FULL", 2);
            DatabaseSchema.Prepare(durable);
            SealedRows.DemandKey(durable);
            lazy = new PreparedConnection(file.Path) { Seal = file.Seal };
            Demand(lazy, "NORMAL", 1);
            // Room for all of a long hotlist; look-ups fill what they touch, outside the collected heap.
            lazy.Run("PRAGMA cache_size = -10240");
            DemandIntegrity(lazy);
            var database = new TerminalDatabase(durable, lazy, clock);
            database.Durably(AbsorbFirstWrite);
            return opened = database;
        }
        catch (SQLiteException wrong)
        {
            throw new JournalFailedException("The journal's database cannot be opened.", wrong);
        }
        finally
        {
            // Left to the garbage collector, they would close at a moment of its choice.
            if (opened is null)
            {
                lazy?.Dispose();
                durable?.Dispose();
            }
        }
    }

    /// <summary>Bytes of pages in the write-ahead log, as SQLite counts them.</summary>
    /// <exception cref="JournalFailedException">The database is of no use any more.</exception>
    public long LogBytes => Read(c =>
        c.Rows("PRAGMA wal_checkpoint(NOOP)", FramesInLog).Single() * c.Number("PRAGMA page_size"));

    /// <summary>Time since the last durable commit.</summary>
    public TimeSpan Idle
    {
        get
        {
            lock (_gate)
                return _clock.GetElapsedTime(_lastCommit);
        }
    }

    /// <summary>Runs one statement, or statements in a transaction of their own making; on disk when it
    /// returns.</summary>
    /// <exception cref="JournalFailedException">Whether it is on disk is unknown.</exception>
    public T Durably<T>(Func<PreparedConnection, T> work)
    {
        lock (_gate)
        {
            var result = Guarded(_durable, work);
            _lastCommit = _clock.GetTimestamp();
            return result;
        }
    }

    /// <summary>Runs statements in one transaction without waiting for the disk.</summary>
    /// <exception cref="JournalFailedException">The database is of no use any more.</exception>
    public void Lazily(Action<PreparedConnection> work)
    {
        lock (_gate)
        {
            Guarded(_lazy, connection =>
            {
                connection.InTransaction(() => work(connection));
                return true;
            });
        }
    }

    /// <summary>Queries, and makes sense of the rows.</summary>
    /// <exception cref="JournalFailedException">The database is of no use any more, or holds what nobody can
    /// have written.</exception>
    public T Read<T>(Func<PreparedConnection, T> query)
    {
        lock (_gate)
        {
            try
            {
                return Guarded(_lazy, query);
            }
            catch (Exception wrong) when (IsUnreadable(wrong))
            {
                _failure = wrong;
                throw new JournalFailedException("The journal's database holds what cannot be read.", wrong);
            }
        }
    }

    /// <summary>Moves the log into the database. Several fsyncs, so never on a sale's path.</summary>
    /// <returns>Whether all of it was moved.</returns>
    public bool Checkpoint()
    {
        lock (_gate)
        {
            var moved = Guarded(_lazy, c => c.Number("PRAGMA wal_checkpoint(TRUNCATE)") == 0);
            Lazily(c => AbsorbFirstWrite(c));
            return moved;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _lazy.Dispose();
            _durable.Dispose();
            _failure ??= new ObjectDisposedException(nameof(TerminalDatabase));
        }
    }

    // The first write into an empty log also syncs the log's header, and the first of a log's life its
    // directory: it must not be the one of a sale.
    private static int AbsorbFirstWrite(PreparedConnection connection) =>
        connection.Run("UPDATE cursor SET position = position + 1 WHERE name = 'first_writes'");

    private static void Demand(PreparedConnection connection, string synchronous, int expected)
    {
        connection.Text("PRAGMA journal_mode = WAL");
        connection.Run($"PRAGMA synchronous = {synchronous}");
        connection.Number("PRAGMA wal_autocheckpoint = 0");

        var settings = DatabaseSettings.Of(connection);
        if (settings != new DatabaseSettings("wal", expected, 0))
            throw new JournalFailedException($"The database runs with {settings}.");
    }

    // What the readers of sealed rows, protobuf, JSON and rule sets throw.
    private static bool IsUnreadable(Exception wrong) => wrong is
        CryptographicException or InvalidProtocolBufferException or JsonException or NotSupportedException
        or FormatException;

    // A damaged index would not find the try of a checkout, which would then be served again. It costs a
    // fraction of walking the chain: 0.3 s for 200,000 entries.
    private static void DemandIntegrity(PreparedConnection connection)
    {
        var found = connection.Text("PRAGMA integrity_check(1)");
        if (found != "ok")
            throw new JournalFailedException($"The database is damaged: {found}");
    }

    private T Guarded<T>(PreparedConnection connection, Func<PreparedConnection, T> work)
    {
        if (_failure is not null)
            throw new JournalFailedException("The journal is closed after a failure.", _failure);
        try
        {
            return work(connection);
        }
        catch (SQLiteException wrong)
        {
            _failure = wrong;
            throw new JournalFailedException($"The journal's database failed: {wrong.Message}", wrong);
        }
    }

    // NOOP moves nothing and waits for no disk; it only tells: busy, frames in the log, frames moved.
    private static long FramesInLog(PreparedConnection.Row row) => row.Number(1);
}

/// <summary>What durability rests on, as SQLite itself reports it.</summary>
/// <param name="Synchronous">1 NORMAL, 2 FULL.</param>
/// <param name="AutoCheckpoint">Pages; 0 for never.</param>
internal sealed record DatabaseSettings(string JournalMode, int Synchronous, int AutoCheckpoint)
{
    public static DatabaseSettings Of(PreparedConnection connection) => new(
        connection.Text("PRAGMA journal_mode"),
        (int)connection.Number("PRAGMA synchronous"),
        (int)connection.Number("PRAGMA wal_autocheckpoint"));
}
