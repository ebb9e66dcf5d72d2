using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Ledger;

/// <summary>What a terminal is told of a sale that is to be undone there.</summary>
internal sealed class SaleFinder(Database database)
{
    /// <param name="programme">The terminal's: it is told of no other's sales.</param>
    /// <param name="operation">The sale's operation id, 32 hex digits.</param>
    /// <returns>Nothing where there is none that goods may come back from.</returns>
    public FindSaleReply Find(long programme, string operation) => database.Read(db =>
    {
        if (ReturnableSale.Only(db, operation) is not { } sale || sale.Programme != programme
            || sale.Decided(db) is not { IsAbandoned: false }
            || Journals.Find(db, new JournalPlace(sale.Terminal, sale.Sequence)) is not { } entry
            || JournalReading.TermsOf(entry.Body) is not { } terms)
        {
            return new FindSaleReply();
        }

        terms.Steps.Clear();
        terms.IdempotencyKey = "";
        return new FindSaleReply
        {
            Terminal = (uint)sale.Terminal,
            Terms = terms,
            Returned = { Returns.Of(db, operation) },
        };
    });
}
