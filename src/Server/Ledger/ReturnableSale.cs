using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Ledger;

/// <summary>A sale in the book that goods may come back from, with a card or without one.</summary>
internal sealed record ReturnableSale
{
    public long Terminal { get; init; }
    public long Sequence { get; init; }
    public long Programme { get; init; }
    public long Member { get; init; }
    public long RuleSet { get; init; }

    /// <summary>Points that could be spent in it.</summary>
    public long Spendable { get; init; }
    public long Redeemed { get; init; }

    /// <summary>The store's, yyyy-MM-dd.</summary>
    public string BusinessDate { get; init; } = "";

    /// <summary>Null where it was sold without a card.</summary>
    public string? Uid { get; init; }
    public long? Generation { get; init; }

    private const string WithCard =
        """
        SELECT t.terminal, t.sequence, t.programme, c.member, t.rule_set,
            t.balance_before + t.adjusted AS spendable, t.redeemed, t.business_date, t.uid, t.generation
        FROM card_transaction t JOIN card c ON c.uid = t.uid AND c.generation = t.generation
        WHERE t.operation_id = @operation AND t.kind = @kind
        """;

    private const string WithoutCard =
        """
        SELECT terminal, sequence, programme, member, rule_set, 0 AS spendable, 0 AS redeemed, business_date
        FROM account_sale
        """;

    /// <summary>A card's sale; the first of it: a terminal that uses an operation id twice must not stop the
    /// intake.</summary>
    public static ReturnableSale? Of(DbSession db, string uid, long generation, string operation) =>
        db.Find<ReturnableSale>(
            $"{WithCard} AND t.uid = @uid AND t.generation = @generation ORDER BY t.counter LIMIT 1",
            new { operation, kind = (long)LogKind.Sale, uid, generation });

    /// <summary>A terminal's sale, whoever bought.</summary>
    public static ReturnableSale? At(DbSession db, long terminal, string operation) =>
        db.Find<ReturnableSale>(
            $"{WithCard} AND t.terminal = @terminal ORDER BY t.sequence LIMIT 1",
            new { operation, kind = (long)LogKind.Sale, terminal })
        ?? db.Find<ReturnableSale>(
            $"{WithoutCard} WHERE operation_id = @operation AND terminal = @terminal",
            new { operation, terminal });

    /// <summary>The only sale with this operation id; null where there is none, or a terminal has used it
    /// again.</summary>
    public static ReturnableSale? Only(DbSession db, string operation) =>
        Count(db, operation) != 1 ? null
        : db.Find<ReturnableSale>(WithCard, new { operation, kind = (long)LogKind.Sale })
            ?? db.Find<ReturnableSale>($"{WithoutCard} WHERE operation_id = @operation", new { operation });

    /// <summary>Whether anybody's sale has this operation id.</summary>
    public static bool Exists(DbSession db, string operation) => Count(db, operation) > 0;

    private static long Count(DbSession db, string operation) => db.Value<long>(
        """
        SELECT (SELECT COUNT(*) FROM card_transaction WHERE operation_id = @operation AND kind = @kind)
            + (SELECT COUNT(*) FROM account_sale WHERE operation_id = @operation)
        """,
        new { operation, kind = (long)LogKind.Sale });

    /// <summary>Decides it once more, knowing what was redeemed; null where its rules or its basket are not
    /// readable.</summary>
    public SoldBasket? Decided(DbSession db)
    {
        var place = new JournalPlace(Terminal, Sequence);
        var rules = ProgrammeBook.Find(db, Programme, RuleSet);
        var terms = Journals.Find(db, place) is { } entry ? JournalReading.TermsOf(entry.Body) : null;
        var asked = terms is null ? null : JournalReading.AskedBy(terms);
        var spendable = (int)Math.Clamp(Spendable, 0, int.MaxValue);
        return rules is not null && asked is not null
            && Sale.Decide(asked with { PointsAsked = (int)Redeemed }, spendable, rules)
                is SaleDecision.Approved(var decided)
                ? new SoldBasket(
                    asked.Basket, decided, rules, Intents.Find(db, place) is { Abandoned: true })
                : null;
    }
}

/// <summary>A sale as undoing it needs it.</summary>
/// <param name="Rules">Those of the sale.</param>
/// <param name="IsAbandoned">Whether the till went on without it.</param>
internal sealed record SoldBasket(Basket Basket, SaleTerms Terms, RuleSet Rules, bool IsAbandoned);
