using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;

namespace SmartCardCrm.Server.Reconciliation;

/// <summary>
/// Whether what is posted for a card makes one unbroken history. Order of arrival is arbitrary: it is judged
/// over the
/// sorted set of counters, and what was missing heals when it comes.
/// </summary>
internal static class Continuity
{
    /// <summary>Whether a commit goes on where all is known so far.</summary>
    public static bool IsNext(Card card, ProvenCommit commit) =>
        card.IsUnbroken && commit.Counter == card.HighestCounter + 1;

    /// <summary>Notes at once how high a commit is that leaves a gap: it may settle doubts of the gap, one
    /// after another, and each looks up to it.</summary>
    public static void Reach(OpenBook book, Card card, ProvenCommit commit)
    {
        book.Db.Run(
            """
            UPDATE card SET highest_counter = @Counter
            WHERE uid = @Uid AND generation = @Generation AND highest_counter < @Counter
            """,
            new { Counter = (long)commit.Counter, card.Uid, card.Generation });
    }

    /// <summary>What <see cref="Review"/> does for a commit that is next, with less looking.</summary>
    public static void Extend(OpenBook book, Card card, ProvenCommit commit)
    {
        if (commit.Read is not null && !book.Follows(card, commit))
            ReviewNeighbours(book, card, commit.Counter);
        var now = card with
        {
            AcknowledgedCounter = commit.Counter,
            AcknowledgedBalance = commit.Written.BalanceAfter,
            HighestCounter = commit.Counter,
            LastCardAction = commit.Written.LastCardAction == card.LastCardAction
                ? card.LastCardAction
                : LastApplied(book, card),
        };
        book.Put(now, commit);
    }

    /// <summary>Looks at a card after the transaction with this counter was posted.</summary>
    public static void Review(OpenBook book, Card card, long counter)
    {
        ReviewNeighbours(book, card, counter);

        var now = Card.Find(book.Db, card.Uid, card.Generation)!;
        var above = CardTransaction.Between(book.Db, card, now.AcknowledgedCounter + 1, uint.MaxValue);
        Gaps.Review(book, now, above);

        var unbroken = above.TakeWhile((one, index) => one.Counter == now.AcknowledgedCounter + 1 + index);
        var newest = unbroken.LastOrDefault();
        Acknowledge(book, now, now with
        {
            AcknowledgedCounter = newest?.Counter ?? now.AcknowledgedCounter,
            AcknowledgedBalance = newest?.BalanceAfter ?? now.AcknowledgedBalance,
            HighestCounter = above.Count > 0 ? above[^1].Counter : now.AcknowledgedCounter,
            LastCardAction = LastApplied(book, now),
        });
    }

    private static void ReviewNeighbours(OpenBook book, Card card, long counter)
    {
        var around = CardTransaction.Between(book.Db, card, counter - 1, counter + 1);
        foreach (var (before, after) in around.Zip(around.Skip(1)))
        {
            if (after.Counter != before.Counter + 1 || after.Follows(before))
                continue;
            var difference = Difference.Over(after.Place, Cause.CopyOrRollback, "does-not-follow");
            ExceptionBook.Open(book, difference with
            {
                Uid = card.Uid,
                Generation = card.Generation,
                Counter = after.Counter,
            });
        }
    }

    private static long LastApplied(OpenBook book, Card card) => book.Db.Value<long>(
        """
        SELECT COALESCE(MAX(number), 0) FROM card_action
        WHERE uid = @Uid AND generation = @Generation AND applied_counter IS NOT NULL
        """,
        new { card.Uid, card.Generation });

    // Terminals are not told how much headquarters has beyond what is missing.
    private static void Acknowledge(OpenBook book, Card before, Card card)
    {
        if (card != before)
            book.Put(card, isNews: card with { HighestCounter = before.HighestCounter } != before);
    }
}
