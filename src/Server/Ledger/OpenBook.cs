using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Ledger;

/// <summary>The book while one transaction has it open.</summary>
/// <param name="db">The statements of that transaction.</param>
/// <param name="secrets">The keys to check cards' signatures with.</param>
/// <param name="nowUs">When, the same for all that the transaction writes: microseconds since 1970.</param>
internal sealed class OpenBook(DbSession db, ICardSecrets secrets, long nowUs)
{
    public DbSession Db { get; } = db;

    public ICardSecrets Secrets { get; } = secrets;

    public long NowUs { get; } = nowUs;
}
