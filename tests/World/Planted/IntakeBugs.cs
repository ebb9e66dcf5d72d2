namespace SmartCardCrm.World;

/// <summary>Mistakes in how the server takes journals, proves commits, posts them and tells
/// terminals.</summary>
internal static class IntakeBugs
{
    private const string Intake = "src/Server/Sync/Intake.cs";
    private const string Feed = "src/Server/Sync/Feed.cs";
    private const string Card = "src/Server/Cards/Card.cs";
    private const string Proof = "src/Server/Ledger/Proof.cs";
    private const string Delivery = "src/Server/Ledger/AccountDelivery.cs";
    private const string Accounts = "src/Server/Ledger/AccountOperations.cs";
    private const string Ledger = "src/Server/Ledger/LedgerBook.cs";
    private const string CardBook = "src/Server/Cards/CardBook.cs";
    private const string Database = "src/Server/Storage/Sqlite/SqliteDatabase.cs";

    public static IReadOnlyList<PlantedBug> All { get; } =
    [
        new("duplicate-judged-again", "An entry that comes twice is taken twice.",
            Intake, "Journals.CountDuplicate(book.Db, taken.Terminal);",
            """
            if ($bug)
                return Settle(book, entry);
            Journals.CountDuplicate(book.Db, taken.Terminal);
            """, 8),
        new("duplicate-parked", "An entry that comes twice is an exception, though nothing differs.",
            Intake, "if (taken.Body.AsSpan().SequenceEqual(entry.Entry.Body.Span))",
            "if (!$bug && taken.Body.AsSpan().SequenceEqual(entry.Entry.Body.Span))", 8),
        new("parked-in-silence", "A bad entry is put aside and nobody hears of it.",
            Intake, "Park(book, entry, Difference.Over(place, cause, detail));",
            "if (!$bug) Park(book, entry, Difference.Over(place, cause, detail));", 8),
        new("abandoned-made-good-at-once", "What a till gave up is made good before it is known to be so.",
            Intake, "Intents.Abandon(book.Db, intent.Place);",
            """
            Intents.Abandon(book.Db, intent.Place);
            if ($bug && Card.Find(book.Db, intent.Uid, intent.Generation) is { } its)
            {
                var meant = JournalReading.IntentOf(intent.Body);
                Intents.MakeGood(book, its, intent.Place, meant.Earned, meant.Redeemed);
            }
            """, 8),
        new("abandoned-when-posted", "What is given up after headquarters has posted it is not made good.",
            Intake, "if (CardTransaction.Of(book.Db, intent.Place) is { } posted",
            "if (!$bug && CardTransaction.Of(book.Db, intent.Place) is { } posted", 8),
        new("feed-item-skipped", "The change after a terminal's cursor is passed over.",
            Feed, "cursor = checked((long)cursor),",
            "cursor = checked((long)cursor + ($bug && cursor > 0 ? 1 : 0)),", 20),
        new("store-not-told", "A store is not told of a card that was used there for the first time.",
            Ledger, "book.Note(card.Uid, commit.Place.Terminal);",
            "if (!$bug) book.Note(card.Uid, commit.Place.Terminal);", 4)
        {
            Recipe = "--faults none --members 5 --terminals 4",
        },
        new("every-store-told", "Every terminal is told of every card.",
            Card, "new FeedItem { Card = ToItem() }, Audience.Knowing(Uid)",
            "new FeedItem { Card = ToItem() }, $bug ? Audience.Everybody : Audience.Knowing(Uid)", 2)
        {
            Recipe = "--faults none --members 5 --terminals 4",
        },
        new("terminals-word-taken", "What a terminal reports is posted without the card's MAC.",
            Proof, "if (TransactionMac.Compute(tmKey, reported.Uid, proof.Tmc, steps) != proof.Tmv)",
            "if (!$bug && TransactionMac.Compute(tmKey, reported.Uid, proof.Tmc, steps) != proof.Tmv)",
            40),
        new("posted-to-the-member", "Points are posted under the member's number instead of the card's.",
            Ledger, "Postings.ForSale(card.Number,",
            "Postings.ForSale($bug ? card.Member : card.Number,", 1),
        new("card-actions-not-marked", "Headquarters does not note that a card has applied its actions.",
            Ledger, "CardActionQueue.MarkApplied(book.Db, card, action.Number, commit.Counter, points);",
            """
            if (!$bug)
                CardActionQueue.MarkApplied(book.Db, card, action.Number, commit.Counter, points);
            """, 8),
        new("delivery-is-a-correction", "Points that came from the account are booked as a correction.",
            Ledger, "PostingsOf(card, commit, delivered ?? 0)",
            "PostingsOf(card, commit, $bug ? 0 : delivered ?? 0)", 8),
        new("account-stays", "What is on a member's account is not sent to the card.",
            Delivery, "if (waiting != 0 && ", "if (!$bug && waiting != 0 && ", 8),
        new("account-sale-without-points", "A sale without a card is taken and its points are not booked.",
            Accounts, "Postings.EarnedOnAccount(member.Id, decided.Earned)",
            "Postings.EarnedOnAccount(member.Id, $bug ? 0 : decided.Earned)", 8),
        new("new-card-not-told", "Terminals are not told that a new card is active.",
            CardBook, "Card.Find(book.Db, card.Uid, card.Generation)!.Publish(book.Db);",
            "if (!$bug) Card.Find(book.Db, card.Uid, card.Generation)!.Publish(book.Db);", 30),
        new("acknowledge-before-fsync", "A terminal's entries are acknowledged before they are on disk.",
            Database, """Demand(connection, "PRAGMA synchronous = FULL; PRAGMA synchronous", "2");""",
            """
            var level = $bug ? "1" : "2";
            Demand(connection, $"PRAGMA synchronous = {level}; PRAGMA synchronous", level);
            """, 8),
    ];
}
