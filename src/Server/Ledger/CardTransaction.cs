using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Ledger;

/// <summary>How sure headquarters is of a posted transaction.</summary>
internal static class ProofState
{
    /// <summary>The card's own MAC was verified.</summary>
    public const string Proven = "proven";

    /// <summary>The MAC is lost, but both neighbours are posted, the next names it and read its
    /// record.</summary>
    public const string Inferred = "inferred";
}

/// <summary>What the till knew of a sale and the card does not sign.</summary>
/// <param name="OperationId">32 hex digits, or null where the intent is not readable.</param>
/// <param name="Store">The store's number, 0 where it is not known.</param>
/// <param name="StoreZone">IANA.</param>
/// <param name="BusinessDate">The store's, yyyy-MM-dd.</param>
/// <param name="SoldAt">Local time of the store, yyyy-MM-ddTHH:mm:ss, or empty.</param>
internal sealed record Circumstance(
    string? OperationId, long Store, string StoreZone, string BusinessDate, string SoldAt)
{
    /// <summary>What is left to say where no till took part, or its intent is lost.</summary>
    public static readonly Circumstance Unknown = new(null, 0, "", "", "");

    /// <summary>Who was at the till, as it said; empty where it did not.</summary>
    public string Cashier { get; init; } = "";

    /// <summary>What the rules were asked; null where it is not known, or not readable.</summary>
    public SaleRequest? Asked { get; init; }

    /// <summary>The sale that a return undoes; null where it is none.</summary>
    public Undoing? Undoing { get; init; }
}

/// <summary>A posted transaction, as far as its neighbours and its doubt need it.</summary>
internal record CardTransaction
{
    public long Counter { get; init; }
    public long Terminal { get; init; }
    public long Sequence { get; init; }
    public string Proof { get; init; } = "";
    public byte[]? Tmv { get; init; }
    public byte[]? RecordRead { get; init; }
    public byte[] RecordWritten { get; init; } = [];
    public byte[] ReaderId { get; init; } = [];
    public byte[] PreviousReaderId { get; init; } = [];
    public long BalanceBefore { get; init; }
    public long BalanceAfter { get; init; }
    public long Earned { get; init; }
    public long Redeemed { get; init; }

    public JournalPlace Place => new(Terminal, Sequence);

    /// <summary>Who committed before it, as the card says.</summary>
    public ReaderId Previous => CardProtocol.ReaderId.FromBytes(PreviousReaderId);

    /// <summary>Whether the other is what this one says came before it.</summary>
    public bool Follows(CardTransaction before) =>
        PreviousReaderId.AsSpan().SequenceEqual(before.ReaderId)
        && (RecordRead is null || RecordRead.AsSpan().SequenceEqual(before.RecordWritten));

    private static readonly BookTable Table = new("card_transaction", new RowShape(
        """
        uid text, generation bigint, tm_key_version bigint, counter bigint, terminal bigint, sequence bigint,
        proof text, tmv {bytes}, record_read {bytes}, record_written {bytes}, reader_id {bytes},
        previous_reader_id {bytes}, balance_before bigint, adjusted bigint, earned bigint, redeemed bigint,
        balance_after bigint, amount_minor bigint, kind bigint, rule_set bigint, recorded_us bigint,
        operation_id text, programme bigint, currency text, store bigint, store_zone text, business_date text,
        sold_at text, cashier text, posted_us bigint
        """));

    private const string Columns =
        """
        counter, terminal, sequence, proof, tmv, record_read, record_written, reader_id, previous_reader_id,
        balance_before, balance_after, earned, redeemed
        """;

    /// <summary>The posted transactions of a card in a range of counters, in order.</summary>
    public static IReadOnlyList<CardTransaction> Between(DbSession db, Card card, long from, long through) =>
        db.List<CardTransaction>(
            $"""
            SELECT {Columns} FROM card_transaction
            WHERE uid = @Uid AND generation = @Generation AND tm_key_version = @TmKeyVersion
                AND counter BETWEEN @from AND @through
            ORDER BY counter
            """,
            new { card.Uid, card.Generation, TmKeyVersion = (long)card.TmKeyVersion, from, through });

    public static CardTransaction? At(DbSession db, Card card, long counter) =>
        Between(db, card, counter, counter).SingleOrDefault();

    /// <summary>The posted transaction at a counter, or the first one above it.</summary>
    public static CardTransaction? NextFrom(DbSession db, Card card, long counter) =>
        db.Find<CardTransaction>(
            $"""
            SELECT {Columns} FROM card_transaction
            WHERE uid = @Uid AND generation = @Generation AND tm_key_version = @TmKeyVersion
                AND counter >= @counter
            ORDER BY counter LIMIT 1
            """,
            new { card.Uid, card.Generation, TmKeyVersion = (long)card.TmKeyVersion, counter });

    public static CardTransaction? Of(DbSession db, JournalPlace place) =>
        db.Find<CardTransaction>(
            $"SELECT {Columns} FROM card_transaction WHERE terminal = @Terminal AND sequence = @Sequence",
            place);

    /// <summary>Points that supervisors have moved at a terminal since then.</summary>
    public static long AdjustedSince(DbSession db, long terminal, long fromUs) =>
        db.Value<long>(
            """
            SELECT COALESCE(SUM(earned + redeemed), 0) FROM card_transaction
            WHERE terminal = @terminal AND kind = 7 AND recorded_us >= @fromUs
            """,
            new { terminal, fromUs });

    /// <summary>Gives an inferred transaction the MAC that arrived late.</summary>
    public static void Prove(DbSession db, JournalPlace place, TransactionMacValue tmv) =>
        db.Run(
            $"""
            UPDATE card_transaction SET proof = '{ProofState.Proven}', tmv = @Tmv
            WHERE terminal = @Terminal AND sequence = @Sequence
            """,
            new { place.Terminal, place.Sequence, Tmv = Bytes.Of(tmv) });

    public static void Insert(OpenBook book, Card card, ProvenCommit commit, Circumstance circumstance) =>
        book.Insert(
            Table, card.Uid, card.Generation, (long)card.TmKeyVersion, (long)commit.Counter,
            commit.Place.Terminal, commit.Place.Sequence,
            commit.Tmv is null ? ProofState.Inferred : ProofState.Proven,
            commit.Tmv is { } tmv ? Bytes.Of(tmv) : null,
            commit.Read is { } read ? Bytes.Of(read) : null,
            Bytes.Of(commit.Written), Bytes.Of(commit.ReaderId), Bytes.Of(commit.Previous),
            (long)commit.BalanceBefore, commit.Adjusted, (long)commit.Written.Earned,
            (long)commit.Written.Redeemed, (long)commit.Written.BalanceAfter, (long)commit.Written.Amount,
            (long)commit.Written.Kind, (long)commit.Written.RuleSetVersion,
            UnixTime.Microseconds(commit.Written.Time), circumstance.OperationId, card.Programme,
            book.CurrencyOf(card.Programme), circumstance.Store, circumstance.StoreZone,
            circumstance.BusinessDate, circumstance.SoldAt, circumstance.Cashier, book.NowUs);
}

/// <summary>Card values as the book keeps them.</summary>
internal static class Bytes
{
    public static byte[] Of(LogRecord record)
    {
        var bytes = new byte[LogRecord.Length];
        record.Encode(bytes);
        return bytes;
    }

    public static byte[] Of(ReaderId id)
    {
        var bytes = new byte[ReaderId.Length];
        id.CopyTo(bytes);
        return bytes;
    }

    public static byte[] Of(EncryptedReaderId id)
    {
        var bytes = new byte[EncryptedReaderId.Length];
        id.CopyTo(bytes);
        return bytes;
    }

    public static byte[] Of(TransactionMacValue tmv)
    {
        var bytes = new byte[TransactionMacValue.Length];
        tmv.CopyTo(bytes);
        return bytes;
    }
}
