using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Load.Chain;

/// <summary>What a book lacks, or has too much of, once everything was reported.</summary>
internal static class Reckoning
{
    /// <returns>A line for each difference; none where the book is right.</returns>
    public static IReadOnlyList<string> Of(Database book, LoadChain chain) =>
        book.Read<IReadOnlyList<string>>(db =>
        [
            .. Figure(
                "sales", chain.Sales,
                db.Value<long>("SELECT COUNT(*) FROM card_transaction WHERE kind <> 1")),
            .. Figure(
                "points earned", chain.Earned,
                db.Value<long>("SELECT CAST(SUM(earned) AS bigint) FROM card_transaction")),
            .. new BookFigures(book).Check().SelectMany(
                check => Figure($"{check.Invariant}, {check.Says}: broken", 0, check.Broken)),
            .. chain.Terminals.SelectMany(terminal => Figure(
                $"terminal {terminal.Number}, journal", (terminal.Head, terminal.HashOf(terminal.Head)),
                HeadOf(db, terminal.Number))),
            .. chain.Cards.SelectMany(card => Figure(
                $"card {card.Number}, points", card.Points, LedgerBook.BalanceOnCard(db, (long)card.Number))),
        ]);

    private static (uint Sequence, Google.Protobuf.ByteString? Hash) HeadOf(DbSession db, uint terminal)
    {
        var head = Journals.Head(db, terminal);
        return ((uint)head.Sequence, Google.Protobuf.ByteString.CopyFrom(head.ChainHash));
    }

    private static IEnumerable<string> Figure<T>(string name, T expected, T actual) =>
        EqualityComparer<T>.Default.Equals(expected, actual)
            ? []
            : [$"{name}: {actual} instead of {expected}"];
}
