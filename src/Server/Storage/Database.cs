using System.Data.Common;
using Dapper;

namespace SmartCardCrm.Server.Storage;

/// <summary>
/// The book of record on one database engine. One writer at a time; readers see a consistent snapshot and
/// never wait for it. Statements are written once, in SQL that both engines understand; an engine only knows
/// its connections, how to begin, and its word for bytes.
/// </summary>
internal abstract class Database : IDisposable
{
    private readonly Lock _writer = new();
    private long _commits;

    static Database() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    /// <summary>The column type for bytes, which stands as <c>{bytes}</c> in a migration.</summary>
    public abstract string BytesType { get; }

    /// <summary>Transactions written since it was opened.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>How long a question may take, 0 for as long as it needs; null for what the connection
    /// says.</summary>
    protected virtual int? ReadTimeoutSeconds => null;

    /// <summary>Does the work in one transaction, durable on return. An exception undoes all of it.</summary>
    public T Write<T>(Func<DbSession, T> work)
    {
        lock (_writer)
        {
            var connection = RentWriter();
            var result = Run(connection, BeginWrite, work, timeoutSeconds: null);
            ReturnWriter(connection);
            Interlocked.Increment(ref _commits);
            return result;
        }
    }

    /// <inheritdoc cref="Write{T}(Func{DbSession, T})"/>
    public void Write(Action<DbSession> work) =>
        Write(db =>
        {
            work(db);
            return 0;
        });

    /// <summary>Does the work on a snapshot that no writer disturbs.</summary>
    public T Read<T>(Func<DbSession, T> work)
    {
        var connection = RentReader();
        var result = Run(connection, BeginRead, work, ReadTimeoutSeconds);
        ReturnReader(connection);
        return result;
    }

    /// <summary>Whether the engine works and only refuses what it was given: a value or a key that may not
    /// be. Otherwise nobody knows what a failure leaves behind.</summary>
    public abstract bool IsRefusal(DbException failure);

    /// <summary>Runs statements for many rows each, in order.</summary>
    public abstract void RunForEach(DbConnection connection, IReadOnlyList<RowsStatement> statements);

    /// <inheritdoc cref="DbSession.ListForEach{T}"/>
    public abstract IReadOnlyList<T> ListForEach<T>(DbConnection connection, string sql, Rows rows);

    public abstract void Dispose();

    /// <summary>A connection for one transaction, by one writer at a time.</summary>
    protected abstract DbConnection RentWriter();

    protected abstract DbConnection RentReader();

    /// <summary>Takes back a connection that is as good as new.</summary>
    protected abstract void ReturnWriter(DbConnection connection);

    protected abstract void ReturnReader(DbConnection connection);

    protected abstract DbTransaction BeginWrite(DbConnection connection);

    protected abstract DbTransaction BeginRead(DbConnection connection);

    // Nobody knows what a failure, of the disk above all, leaves of a connection: it is not used again.
    private T Run<T>(
        DbConnection connection, Func<DbConnection, DbTransaction> begin, Func<DbSession, T> work,
        int? timeoutSeconds)
    {
        try
        {
            using var transaction = begin(connection);
            var session = new DbSession(this, connection, transaction) { TimeoutSeconds = timeoutSeconds };
            var result = Run(session, work);
            transaction.Commit();
            return result;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // What was begun has an end before the transaction has.
    private static T Run<T>(DbSession session, Func<DbSession, T> work)
    {
        try
        {
            var result = work(session);
            session.Flush();
            return result;
        }
        finally
        {
            session.Rest();
        }
    }
}
