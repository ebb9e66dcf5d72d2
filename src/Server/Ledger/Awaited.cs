using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Ledger;

/// <summary>What has waited for a commit: mostly nothing, which one look tells.</summary>
internal sealed record Awaited
{
    /// <summary>All of it is to be looked for.</summary>
    public static readonly Awaited Anything = new() { Records = true, Intents = true, Returns = true };

    private static readonly Awaited Nothing = new();

    /// <summary>Records that a terminal has seen in the card's log, here or one before.</summary>
    public bool Records { get; init; }

    /// <summary>Other intents about this counter, or one beside it, that are not posted.</summary>
    public bool Intents { get; init; }

    /// <summary>Returns of this sale.</summary>
    public bool Returns { get; init; }

    public static Awaited By(OpenBook book, Card card, ProvenCommit commit, Circumstance circumstance) =>
        book.IsAlone(card, commit, circumstance.OperationId)
            ? Nothing
            : Read(book.Db, card, commit, circumstance);

    private static Awaited Read(
        DbSession db, Card card, ProvenCommit commit, Circumstance circumstance) =>
        db.Find<Awaited>(
            $"""
            SELECT
                EXISTS (SELECT 1 FROM seen_record WHERE uid = @Uid AND generation = @Generation
                    AND counter IN (@Counter, @Counter - 1)) AS records,
                EXISTS (SELECT 1 FROM intent WHERE uid = @Uid AND generation = @Generation
                    AND counter BETWEEN @Counter - 1 AND @Counter + 1 AND state <> '{IntentState.Posted}'
                    AND NOT (terminal = @Terminal AND sequence = @Sequence)) AS intents,
                EXISTS (SELECT 1 FROM sale_return WHERE sale = @OperationId) AS returns
            """,
            new
            {
                card.Uid,
                card.Generation,
                Counter = (long)commit.Counter,
                commit.Place.Terminal,
                commit.Place.Sequence,
                circumstance.OperationId,
            })!;
}
