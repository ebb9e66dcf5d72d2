using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Ledger;

/// <summary>Where a return or reversal has got to.</summary>
internal static class ReturnState
{
    /// <summary>Not judged yet.</summary>
    public const string Awaited = "awaited";

    /// <summary>It fits its sale, and all of it is posted.</summary>
    public const string Settled = "settled";

    /// <summary>The till went on without it.</summary>
    public const string Abandoned = "abandoned";

    /// <summary>It does not fit, or its sale is not there; it is judged again with each news of the
    /// sale.</summary>
    public const string Refused = "refused";
}

/// <summary>A return or reversal, as its sale and those of the same sale need it.</summary>
internal sealed record ReturnRow
{
    public long Terminal { get; init; }
    public long Sequence { get; init; }
    public string Sale { get; init; } = "";
    public string State { get; init; } = "";

    /// <summary>Points that came back to the member, on the card or on the account, once it is
    /// settled.</summary>
    public long GivenBack { get; init; }

    /// <summary>Points that were taken back, wherever they were.</summary>
    public long TakenBack { get; init; }

    /// <summary>Those of them that had been given for later, below zero.</summary>
    public long Pending { get; init; }

    /// <summary>Those of them that the card did not hold and that are not owed.</summary>
    public long Waived { get; init; }

    /// <summary>Null without a card.</summary>
    public long? Counter { get; init; }
    public string? Uid { get; init; }
    public long? Generation { get; init; }
    public long CardGiven { get; init; }
    public long CardTaken { get; init; }

    public JournalPlace Place => new(Terminal, Sequence);

    /// <summary>Whether this one, of the same sale, counts as made before another. Only its own card's
    /// count, and those without a card at the terminal that sold: nobody else's can bear the same
    /// operation id.</summary>
    public bool CameBefore(ReturnRow other, ReturnableSale sale) =>
        (Uid is null ? Terminal == sale.Terminal : (Uid, Generation) == (sale.Uid, sale.Generation))
        && (Precedes(other) || (!other.Precedes(this) && State == ReturnState.Settled));

    /// <summary>Whether this one was made before another of the same sale. The card's own count tells, at
    /// one terminal its journal. Of two terminals' neither does where one was without the card: terminals
    /// refuse that as soon as they know of the other; where one did not, what was settled first
    /// counts.</summary>
    public bool Precedes(ReturnRow other) =>
        Counter is { } counter && other.Counter is { } otherCounter
            ? counter < otherCounter
            : Terminal == other.Terminal && Sequence < other.Sequence;

    private const string Select =
        """
        SELECT r.terminal, r.sequence, r.sale, r.state, r.given_back, r.taken_back, r.pending,
            r.waived, t.counter, t.uid, t.generation, COALESCE(t.earned, 0) AS card_given,
            COALESCE(t.redeemed, 0) AS card_taken
        FROM sale_return r
        LEFT JOIN card_transaction t ON t.terminal = r.terminal AND t.sequence = r.sequence
        """;

    /// <summary>The return that stands at a place; null where none does.</summary>
    public static ReturnRow? Find(DbSession db, JournalPlace place) =>
        db.Find<ReturnRow>($"{Select} WHERE r.terminal = @Terminal AND r.sequence = @Sequence", place);

    /// <summary>Those of one sale: a card's in the order in which it made them, a terminal's in that of its
    /// journal.</summary>
    public static IReadOnlyList<ReturnRow> OfSale(DbSession db, string sale) => db.List<ReturnRow>(
        $"{Select} WHERE r.sale = @sale ORDER BY COALESCE(t.counter, 0), r.terminal, r.sequence",
        new { sale });
}
