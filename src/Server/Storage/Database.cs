using System.Data.Common;
using Dapper;

namespace SmartCardCrm.Server.Storage;

/// <summary>
/// The book of record on one database engine. One writer at a time; readers see a consistent snapshot and
/// never wait
/// for it. Statements are written once, in SQL that both engines understand; an engine only knows how to
/// open,
/// how to begin, and its word for bytes.
/// </summary>
internal abstract class Database : IDisposable
{
    private readonly Lock _writer = new();

    static Database() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    /// <summary>The column type for bytes, which stands as <c>{bytes}</c> in a migration.</summary>
    public abstract string BytesType { get; }

    /// <summary>Does the work in one transaction, durable on return. An exception undoes all of it.</summary>
    public T Write<T>(Func<DbSession, T> work)
    {
        lock (_writer)
        {
            using var connection = OpenWriter();
            using var transaction = BeginWrite(connection);
            var result = work(new DbSession(connection, transaction));
            transaction.Commit();
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
        using var connection = OpenReader();
        using var transaction = BeginRead(connection);
        return work(new DbSession(connection, transaction));
    }

    public abstract void Dispose();

    protected abstract DbConnection OpenWriter();

    protected abstract DbConnection OpenReader();

    protected abstract DbTransaction BeginWrite(DbConnection connection);

    protected abstract DbTransaction BeginRead(DbConnection connection);
}
