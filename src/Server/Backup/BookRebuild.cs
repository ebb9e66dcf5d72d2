using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Backup;

/// <summary>What one part of a rebuild has found.</summary>
/// <param name="Part">One of <see cref="BookRebuild.Parts"/>.</param>
/// <param name="Looked">How many rows it compared.</param>
/// <param name="Differences">What was not as it follows from the rest, each in a line; it is now.</param>
internal sealed record RebuiltPart(string Part, long Looked, IReadOnlyList<string> Differences);

/// <summary>
/// Computes again what the book keeps only to be quick, from what it is a summary of: journals,
/// transactions, card actions and documents. A part is one transaction. What is right is not touched, and
/// terminals are told of what was wrong.
/// </summary>
/// <param name="database">The book, which nobody serves meanwhile.</param>
internal sealed class BookRebuild(Database database, TimeProvider clock)
{
    private const int RowsAtOnce = 500;

    // The feed is a summary of cards, so that cards come first.
    private readonly IReadOnlyList<(string Name, Action<DbSession, Findings> Run)> _parts =
    [
        ("journals", Journal), ("cards", CardsAsPosted), ("stores", Stores), ("feed", FeedAsDecided),
    ];

    public IEnumerable<string> Parts => _parts.Select(part => part.Name);

    /// <summary>Runs every part.</summary>
    /// <param name="progress">Told the part and how many rows it has compared.</param>
    public IEnumerable<RebuiltPart> Run(Action<string, long> progress) => _parts.Select(part =>
        database.Write(db =>
        {
            var findings = new Findings(looked => progress(part.Name, looked));
            part.Run(db, findings);
            if (findings.Differences.Count > 0)
            {
                AuditLog.Write(
                    db, clock.Microseconds(), AuditActor.Operator, AuditAction.BookRebuilt,
                    $"book:{part.Name}",
                    $$"""{"differences":{{findings.Differences.Count}}}""");
            }

            return new RebuiltPart(part.Name, findings.Looked, findings.Differences);
        }));

    // Where each journal ends; how often entries came twice is written nowhere else.
    private static void Journal(DbSession db, Findings findings)
    {
        foreach (var terminal in db.List<long>(
            "SELECT number FROM terminal UNION SELECT terminal FROM journal_head ORDER BY 1"))
        {
            findings.Look();
            var newest = db.Find<JournalHead>(
                """
                SELECT terminal, sequence, chain_hash, taken_us FROM journal_entry WHERE terminal = @terminal
                ORDER BY sequence DESC LIMIT 1
                """,
                new { terminal });
            var head = Journals.Head(db, terminal);
            if (newest is null || (head.Sequence == newest.Sequence
                && head.ChainHash.AsSpan().SequenceEqual(newest.ChainHash)))
            {
                continue;
            }

            findings.Differs(
                $"terminal {terminal}: its journal ends at {newest.Sequence}, not {head.Sequence}");
            db.Run(
                """
                INSERT INTO journal_head (terminal, sequence, chain_hash, taken_us, duplicates)
                VALUES (@Terminal, @Sequence, @ChainHash, @TakenUs, 0)
                ON CONFLICT (terminal) DO UPDATE SET sequence = excluded.sequence,
                    chain_hash = excluded.chain_hash, taken_us = excluded.taken_us
                """,
                new { newest.Terminal, newest.Sequence, newest.ChainHash, newest.TakenUs });
        }
    }

    // How far each card is known, and to which card action.
    private static void CardsAsPosted(DbSession db, Findings findings)
    {
        foreach (var card in AllCards(db, findings))
        {
            var posted = CardTransaction.Between(db, card, 1, uint.MaxValue);
            var unbroken = posted.TakeWhile((one, index) => one.Counter == index + 1).LastOrDefault();
            var derived = card with
            {
                AcknowledgedCounter = unbroken?.Counter ?? 0,
                AcknowledgedBalance = unbroken?.BalanceAfter ?? 0,
                HighestCounter = posted.Count > 0 ? posted[^1].Counter : 0,
                LastCardAction = LastApplied(db, card),
            };
            if (derived == card)
                continue;
            findings.Differs(
                $"card {card.Number}: acknowledged {derived.AcknowledgedCounter}, highest "
                + $"{derived.HighestCounter}, balance {derived.AcknowledgedBalance}, action "
                + $"{derived.LastCardAction}, not {card.AcknowledgedCounter}, {card.HighestCounter}, "
                + $"{card.AcknowledgedBalance}, {card.LastCardAction}");
            db.Run(
                """
                UPDATE card SET acknowledged_counter = @AcknowledgedCounter,
                    acknowledged_balance = @AcknowledgedBalance, highest_counter = @HighestCounter,
                    last_card_action = @LastCardAction
                WHERE uid = @Uid AND generation = @Generation
                """,
                new
                {
                    derived.AcknowledgedCounter,
                    derived.AcknowledgedBalance,
                    derived.HighestCounter,
                    derived.LastCardAction,
                    derived.Uid,
                    derived.Generation,
                });
        }
    }

    private static long LastApplied(DbSession db, Card card) => db.Value<long>(
        """
        SELECT COALESCE(MAX(number), 0) FROM card_action
        WHERE uid = @Uid AND generation = @Generation AND applied_counter IS NOT NULL
        """,
        new { card.Uid, card.Generation });

    // Where a card was used. Where it was issued is written nowhere else, so that nothing is taken out.
    private static void Stores(DbSession db, Findings findings)
    {
        foreach (var card in AllCards(db, findings))
        {
            foreach (var terminal in db.List<long>(
                """
                SELECT MIN(t.terminal) FROM card_transaction t JOIN terminal n ON n.number = t.terminal
                WHERE t.uid = @Uid AND t.generation = @Generation AND NOT EXISTS (
                    SELECT 1 FROM known_card k WHERE k.uid = t.uid AND k.store = n.store)
                GROUP BY n.store ORDER BY 1
                """,
                new { card.Uid, card.Generation }))
            {
                findings.Differs($"card {card.Number}: not known in the store of terminal {terminal}");
                KnownCards.Note(db, terminal, card.Uid);
            }
        }
    }

    // What terminals are told of rules, limits and cards. Settled doubts and countersigned days are told
    // once, and are not kept elsewhere as they were told.
    private static void FeedAsDecided(DbSession db, Findings findings)
    {
        foreach (var news in ProgrammeBook.News(db).Concat(LimitsBook.News(db)).Concat(HotlistBook.News(db)))
            Renew(db, news.Name, news, findings);
        foreach (var card in AllCards(db, findings))
        {
            foreach (var news in NewsOf(db, card))
                Renew(db, $"{news.Item.ContentCase} of card {card.Number}", news, findings);
        }
    }

    // Of the chip's newest generation, once it is born.
    private static IEnumerable<News> NewsOf(DbSession db, Card card)
    {
        if (card.Status == CardStatus.Personalising
            || Card.Find(db, card.Uid, generation: 0)!.Generation != card.Generation)
        {
            return [];
        }

        IEnumerable<News> news = [card.News(), .. CardActionQueue.News(db, card)];
        return BlockBook.WasBlocked(db, card) ? news.Append(card.ListingNews()) : news;
    }

    private static void Renew(DbSession db, string what, News news, Findings findings)
    {
        findings.Look();
        if (Feed.Has(db, news))
            return;
        findings.Differs($"feed: {what}");
        Feed.Publish(db, [news]);
    }

    private static IEnumerable<Card> AllCards(DbSession db, Findings findings)
    {
        Card? last = null;
        while (Card.After(db, last, RowsAtOnce) is { Count: > 0 } page)
        {
            foreach (var card in page)
            {
                findings.Look();
                yield return card;
            }

            last = page[^1];
        }
    }

    private sealed class Findings(Action<long> progress)
    {
        public long Looked { get; private set; }

        public List<string> Differences { get; } = [];

        public void Look() => progress(++Looked);

        public void Differs(string what) => Differences.Add(what);
    }
}
