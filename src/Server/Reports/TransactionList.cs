using System.Globalization;
using System.Text.Json.Serialization;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Reports;

/// <summary>A transaction as people read it, posted or told of by the card alone. Points and counters as on
/// the card.</summary>
internal sealed record TransactionRow
{
    public long CardNumber { get; init; }

    /// <summary>The card's, 14 hex digits.</summary>
    public string Uid { get; init; } = "";
    public long Counter { get; init; }

    /// <summary>The checkout's id at the till, 32 hex digits; null where no till took part.</summary>
    public string? OperationId { get; init; }
    public long Terminal { get; init; }
    public long Sequence { get; init; }

    /// <summary>As <see cref="Ledger.ProofState"/> or <see cref="Hearsay"/> says, or <see
    /// cref="TransactionList.WithoutCard"/>.</summary>
    public string Proof { get; init; } = "";

    /// <summary>As in the card's log: 1 birth, 2 sale, 3 card action.</summary>
    public long Kind { get; init; }
    public long AmountMinor { get; init; }

    /// <summary>ISO 4217.</summary>
    public string Currency { get; init; } = "";
    public long Earned { get; init; }
    public long Redeemed { get; init; }

    /// <summary>What card actions changed, signed; null where it is not known.</summary>
    public long? Adjusted { get; init; }

    /// <summary>Null where it is not known.</summary>
    public long? BalanceBefore { get; init; }
    public long BalanceAfter { get; init; }
    public long Programme { get; init; }
    public long RuleSet { get; init; }
    public long RecordedUs { get; init; }

    /// <summary>0 where no till took part.</summary>
    public long Store { get; init; }

    /// <summary>IANA, or empty.</summary>
    public string StoreZone { get; init; } = "";

    /// <summary>The store's local time as the till gave it, or empty.</summary>
    public string SoldAt { get; init; } = "";

    /// <summary>What the till wrote down beforehand, where it was asked for and is known.</summary>
    [JsonIgnore]
    public byte[]? Intent { get; init; }
}

/// <summary>Which transactions a list shows; null is all.</summary>
internal sealed record TransactionFilter
{
    public long? Terminal { get; init; }
    public long? Store { get; init; }
    public long? Card { get; init; }

    /// <summary>The store's business date.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>Whose stores' only.</summary>
    public StoreScope? Within { get; init; }
}

/// <summary>Reads posted transactions.</summary>
internal sealed class TransactionList(Database database)
{
    private const string Columns =
        """
        c.number AS card_number, t.uid, t.counter, t.operation_id, t.terminal, t.sequence, t.proof, t.kind,
        t.amount_minor, t.currency, t.earned, t.redeemed, t.adjusted, t.balance_before, t.balance_after,
        t.programme, t.rule_set, t.recorded_us, t.store, t.store_zone, t.sold_at
        """;

    /// <summary>What stands for the proof of a sale that no card took part in.</summary>
    public const string WithoutCard = "without-card";

    // In the order in which SQLite is to look: from what was sold last, or from a card or a member's few.
    private const string OfAll = "FROM card_transaction t CROSS JOIN card c";
    private const string OfCards = "FROM card c CROSS JOIN card_transaction t";
    private const string OfItsCard = "c.uid = t.uid AND c.generation = t.generation";

    /// <summary>A page of all transactions, newest first.</summary>
    public Page<TransactionRow> Newest(TransactionFilter filter, int skip, int take)
    {
        var asked = Asked(filter);
        var parameters = new
        {
            filter.Terminal,
            filter.Store,
            filter.Card,
            Day = filter.Day?.ToString("O", CultureInfo.InvariantCulture),
            skip,
            take,
        };
        return database.Read(db => new Page<TransactionRow>(
            db.List<TransactionRow>(
                $"""
                SELECT {Columns} {(filter.Card is null ? OfAll : OfCards)} WHERE {OfItsCard}{asked}
                ORDER BY {Order(filter)} LIMIT @take OFFSET @skip
                """,
                parameters),
            Page.Count(
                db,
                filter.Card is null
                    ? $"FROM card_transaction t WHERE 1 = 1{asked}"
                    : $"{OfCards} WHERE {OfItsCard}{asked}",
                parameters)));
    }

    /// <summary>A page of one card's transactions by counter, newest first, each with its
    /// intent.</summary>
    public Page<TransactionRow> OfCard(long cardNumber, int skip, int take) =>
        database.Read(db => new Page<TransactionRow>(
            db.List<TransactionRow>(
                $"""
                SELECT {Columns}, j.body AS intent {OfCards}
                LEFT JOIN journal_entry j ON j.terminal = t.terminal AND j.sequence = t.sequence
                WHERE c.number = @cardNumber AND {OfItsCard}
                ORDER BY t.counter DESC LIMIT @take OFFSET @skip
                """,
                new { cardNumber, skip, take }),
            db.Value<long>(
                $"SELECT COUNT(*) {OfCards} WHERE c.number = @cardNumber AND {OfItsCard}",
                new { cardNumber })));

    /// <summary>A page of what a member has done, with all cards and without one, newest first, each with its
    /// intent. Without a card there is no counter, no proof and no balance.</summary>
    public Page<TransactionRow> OfMember(long member, int skip, int take) =>
        database.Read(db => new Page<TransactionRow>(
            db.List<TransactionRow>(
                $"""
                SELECT * FROM (
                    SELECT {Columns}, j.body AS intent {OfCards}
                    LEFT JOIN journal_entry j ON j.terminal = t.terminal AND j.sequence = t.sequence
                    WHERE c.member = @member AND {OfItsCard}
                    UNION ALL
                    SELECT 0, '', 0, a.operation_id, a.terminal, a.sequence, '{WithoutCard}', @Sale,
                        a.amount_minor, p.currency, a.earned, 0, 0, CAST(NULL AS bigint), 0, a.programme,
                        a.rule_set, a.posted_us, a.store, a.store_zone, a.sold_at, j.body
                    FROM account_sale a JOIN programme p ON p.number = a.programme
                    LEFT JOIN journal_entry j ON j.terminal = a.terminal AND j.sequence = a.sequence
                    WHERE a.member = @member
                ) AS done
                ORDER BY recorded_us DESC, terminal DESC, sequence DESC LIMIT @take OFFSET @skip
                """,
                new { member, Sale = (long)LogKind.Sale, skip, take }),
            db.Value<long>(
                $"""
                SELECT (SELECT COUNT(*) {OfCards} WHERE c.member = @member AND {OfItsCard})
                    + (SELECT COUNT(*) FROM account_sale WHERE member = @member)
                """,
                new { member })));

    // A terminal's sequence runs as its time does, and has an index.
    private static string Order(TransactionFilter filter) => filter is { Terminal: not null, Day: null }
        ? "t.sequence DESC"
        : "t.recorded_us DESC, t.terminal DESC, t.sequence DESC";

    // Only the conditions that are asked for, so that each of them can use its index.
    private static string Asked(TransactionFilter filter)
    {
        string?[] conditions =
        [
            filter.Terminal is null ? null : "t.terminal = @Terminal",
            filter.Store is null ? null : "t.store = @Store",
            filter.Card is null ? null : "c.number = @Card",
            filter.Day is null ? null : "t.business_date = @Day",
            filter.Within?.Condition("t.store"),
        ];
        return string.Concat(conditions.OfType<string>().Select(condition => $" AND {condition}"));
    }
}
