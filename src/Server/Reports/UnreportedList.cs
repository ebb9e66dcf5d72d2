using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Reports;

/// <summary>How sure headquarters is of a transaction that nobody has reported.</summary>
internal static class Hearsay
{
    /// <summary>The next transaction has read its record, and the card has signed that.</summary>
    public const string ReadByNext = "read-by-next";

    /// <summary>A terminal says that it stands in the card's log.</summary>
    public const string Seen = "seen";
}

/// <summary>Reads what cards say of transactions that no terminal has reported.</summary>
internal sealed class UnreportedList(Database database)
{
    private const int RecordsMost = 200;

    /// <summary>One card's newest, newest first; several of one counter where a copy was about. A record does
    /// not tell the store, the operation id, what card actions changed and what was there before.</summary>
    public IReadOnlyList<TransactionRow> OfCard(long cardNumber) => database.Read(db =>
    {
        var card = db.Find<CardRow>(
            """
            SELECT c.uid, c.generation, c.programme, p.currency
            FROM card c JOIN programme p ON p.number = c.programme WHERE c.number = @cardNumber
            """,
            new { cardNumber });
        return card is null ? [] : Rows(db, card);
    });

    // What is signed is told whatever else was seen.
    private static IReadOnlyList<TransactionRow> Rows(DbSession db, CardRow card)
    {
        var signed = db.List<byte[]>(
            $"""
            SELECT t.record_read FROM card_transaction t
            WHERE t.uid = @Uid AND t.generation = @Generation AND t.record_read IS NOT NULL
                AND {NotPosted("t.counter - 1")}
            ORDER BY t.counter DESC LIMIT {RecordsMost}
            """,
            card);
        var seen = db.List<byte[]>(
            $"""
            SELECT s.record FROM seen_record s
            WHERE s.uid = @Uid AND s.generation = @Generation AND {NotPosted("s.counter")}
            ORDER BY s.counter DESC LIMIT {RecordsMost}
            """,
            card);
        return
        [
            .. signed.Select(record => (Record: record, Proof: Hearsay.ReadByNext))
                .Concat(seen.Select(record => (Record: record, Proof: Hearsay.Seen)))
                .DistinctBy(row => Convert.ToHexString(row.Record))
                .Select(row => RowOf(LogRecord.Decode(row.Record), row.Proof, card))
                .OrderByDescending(row => row.Counter),
        ];
    }

    private static string NotPosted(string counter) =>
        $"""
        NOT EXISTS (
            SELECT 1 FROM card_transaction p
            WHERE p.uid = @Uid AND p.generation = @Generation AND p.counter = {counter})
        """;

    private static TransactionRow RowOf(LogRecord record, string proof, CardRow card) => new()
    {
        CardNumber = (long)record.CardNumber,
        Uid = card.Uid,
        Counter = record.Counter,
        Terminal = record.Terminal,
        Sequence = record.Sequence,
        Proof = proof,
        Kind = (long)record.Kind,
        AmountMinor = record.Amount,
        Currency = card.Currency,
        Earned = record.Earned,
        Redeemed = record.Redeemed,
        BalanceAfter = record.BalanceAfter,
        Programme = card.Programme,
        RuleSet = record.RuleSetVersion,
        RecordedUs = UnixTime.Microseconds(record.Time),
    };

    private sealed record CardRow
    {
        public string Uid { get; init; } = "";
        public long Generation { get; init; }
        public long Programme { get; init; }
        public string Currency { get; init; } = "";
    }
}
