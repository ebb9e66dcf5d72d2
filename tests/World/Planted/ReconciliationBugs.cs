namespace SmartCardCrm.World;

/// <summary>Mistakes in how headquarters settles doubts, closes gaps and makes good.</summary>
internal static class ReconciliationBugs
{
    private const string Lots = "src/Server/Ledger/LotBook.cs";
    private const string Intents = "src/Server/Reconciliation/Intents.cs";
    private const string Doubts = "src/Server/Reconciliation/Doubts.cs";
    private const string Evidence = "src/Server/Reconciliation/DoubtEvidence.cs";
    private const string LostRun = "src/Server/Reconciliation/LostRun.cs";
    private const string Gaps = "src/Server/Reconciliation/Gaps.cs";
    private const string Continuity = "src/Server/Reconciliation/Continuity.cs";

    public static IReadOnlyList<PlantedBug> All { get; } =
    [
        new("expires-every-day", "What has expired expires again each time the member is looked at.",
            Lots, "Postings.HaveExpired(member.Id, expired - before.Expired)",
            "Postings.HaveExpired(member.Id, expired - ($bug ? 0 : before.Expired))", 12),
        new("posted-doubt-stays-open", "A doubt whose transaction is posted stays an exception.",
            Intents, """ExceptionBook.Close(book, Doubts.NameOf(commit.Place), "happened");""",
            """
            if (!$bug)
                ExceptionBook.Close(book, Doubts.NameOf(commit.Place), "happened");
            """, 5),
        new("abandoned-then-posted", "What was given up before headquarters posted it is not made good.",
            Intents, "if (intent is { Abandoned: true })",
            "if (!$bug && intent is { Abandoned: true })", 8),
        new("made-good-wrong-way", "What a till gave up is done to the card once more.",
            Intents, "checked((int)(redeemed - earned))",
            "checked((int)($bug ? earned - redeemed : redeemed - earned))", 8),
        new("unknown-taken-for-no", "A doubt of which nothing is known did not happen.",
            Evidence, ": new Finding.Unknown();",
            ": $bug ? new Finding.DidNotHappen() : new Finding.Unknown();", 5),
        new("lost-run-not-asked", "Nobody asks the next commit about the one before it, whose MAC is lost.",
            Doubts, "if (LostRun.FirstOf(book, card, counter) is var (intent, commit))",
            "if (!$bug && LostRun.FirstOf(book, card, counter) is var (intent, commit))", 8),
        new("lost-run-of-one", "Of several lost MACs in a row none is inferred.",
            LostRun, "run.Count == LengthMost", "run.Count == ($bug ? 1 : LengthMost)", 8),
        new("doubts-share-a-key", "In the feed the next closed doubt takes the place of the last.",
            Doubts, """Feed.Publish(book.Db, $"doubt:{place}", new FeedItem""",
            """Feed.Publish(book.Db, $bug ? "doubt" : $"doubt:{place}", new FeedItem""", 16),
        new("ignore-a-gap", "A card's history is acknowledged over a hole.",
            Continuity, "one.Counter == now.AcknowledgedCounter + 1 + index",
            "$bug || one.Counter == now.AcknowledgedCounter + 1 + index", 5),
        new("healed-gap-stays-open", "A gap whose transactions arrived stays an exception.",
            Gaps, """ExceptionBook.Close(book, healed, "arrived");""",
            """
            if (!$bug)
                ExceptionBook.Close(book, healed, "arrived");
            """, 5),
    ];
}
