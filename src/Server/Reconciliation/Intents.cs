using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Reconciliation;

/// <summary>Where an intent has got to.</summary>
internal static class IntentState
{
    /// <summary>Nothing more is known yet.</summary>
    public const string Open = "open";

    /// <summary>The terminal never sent the commit.</summary>
    public const string Failed = "failed";

    /// <summary>The terminal sent the commit and got no answer it could verify.</summary>
    public const string Doubt = "doubt";

    /// <summary>The card committed it, and the book has it.</summary>
    public const string Posted = "posted";

    /// <summary>The card did not commit it.</summary>
    public const string DidNot = "did-not";
}

/// <summary>What a terminal meant to do, and what has become of it.</summary>
internal sealed record IntentRow
{
    public long Terminal { get; init; }
    public long Sequence { get; init; }
    public string Uid { get; init; } = "";

    /// <summary>0 where neither terminal nor headquarters knew the card.</summary>
    public long Generation { get; init; }

    /// <summary>The counter that its commit would have.</summary>
    public long Counter { get; init; }
    public string State { get; init; } = "";
    public bool Doubted { get; init; }
    public bool Abandoned { get; init; }

    /// <summary>The encrypted previous reader id, where the card answered that much.</summary>
    public byte[]? EncryptedPrevious { get; init; }

    /// <summary>The terminal itself looked at the card's log.</summary>
    public bool Settled { get; init; }

    /// <summary>The MAC that it found there.</summary>
    public byte[]? SettledTmv { get; init; }

    /// <summary>The entry as the terminal sent it.</summary>
    public byte[] Body { get; init; } = [];

    public JournalPlace Place => new(Terminal, Sequence);

    /// <summary>The commit that the intent would have made.</summary>
    /// <param name="card">The card.</param>
    /// <param name="tmv">The card's MAC; zero where it is lost.</param>
    /// <param name="previous">What the card answered to CommitReaderID, or must have.</param>
    public ReportedCommit Reported(Card card, TransactionMacValue tmv, EncryptedReaderId previous) =>
        new(Place, card.ChipUid, new CommitEvidence(
            new CommitProof(checked((uint)Counter), tmv),
            JournalReading.StepsOf(JournalReading.IntentOf(Body).Steps, previous)));
}

/// <summary>The intents of all terminals.</summary>
internal static class Intents
{
    public static readonly BookTable Table = new("intent", new RowShape(
        "terminal bigint, sequence bigint, uid text, generation bigint, counter bigint, state text"));

    /// <summary>Where in such a row the state is.</summary>
    public const int StateAt = 5;

    private const string Select =
        """
        SELECT i.terminal, i.sequence, i.uid, i.generation, i.counter, i.state, i.doubted, i.abandoned,
            i.encrypted_previous, i.settled, i.settled_tmv, e.body
        FROM intent i JOIN journal_entry e ON e.terminal = i.terminal AND e.sequence = i.sequence
        """;

    public static IntentRow? Find(DbSession db, JournalPlace place) =>
        db.Find<IntentRow>($"{Select} WHERE i.terminal = @Terminal AND i.sequence = @Sequence", place);

    /// <summary>Intents of a card that are not posted and whose counter lies in a range.</summary>
    public static IReadOnlyList<IntentRow> NotPosted(DbSession db, Card card, long from, long through) =>
        db.List<IntentRow>(
            $"""
            {Select}
            WHERE i.uid = @Uid AND i.generation = @Generation AND i.counter BETWEEN @from AND @through
                AND i.state <> '{IntentState.Posted}'
            ORDER BY i.counter, i.terminal, i.sequence
            """,
            new { card.Uid, card.Generation, from, through });

    /// <summary>Points that supervisors may have moved at a terminal, whatever day that was: nobody knows yet
    /// whether they did.</summary>
    public static long AdjustingOf(DbSession db, long terminal) => db.List<IntentRow>(
        $"""
        {Select}
        WHERE i.terminal = @terminal AND i.state IN ('{IntentState.Open}', '{IntentState.Doubt}')
        """,
        new { terminal })
        .Select(row => JournalReading.TermsOf(row.Body))
        .Where(terms => terms?.Kind == (uint)LogKind.Adjustment)
        .Sum(terms => (long)terms!.Earned + terms.Redeemed);

    /// <summary>A new one, as a row of <see cref="Table"/>.</summary>
    public static object?[] RowOf(IntentRow intent) =>
        [intent.Terminal, intent.Sequence, intent.Uid, intent.Generation, intent.Counter, intent.State];

    /// <summary>Gives intents that came before their card was registered the generation it now has.</summary>
    public static void Adopt(DbSession db, Card card) =>
        db.Run(
            $"""
            UPDATE intent SET generation = @Generation
            WHERE uid = @Uid AND generation = 0 AND state <> '{IntentState.Posted}'
            """,
            new { card.Uid, card.Generation });

    public static void SetState(DbSession db, JournalPlace place, string state) =>
        db.Run(
            "UPDATE intent SET state = @state WHERE terminal = @Terminal AND sequence = @Sequence",
            new { place.Terminal, place.Sequence, state });

    /// <summary>Notes a doubt; one that is settled already stays so.</summary>
    public static void Doubt(DbSession db, JournalPlace place, byte[]? encryptedPrevious) =>
        db.Run(
            $"""
            UPDATE intent SET doubted = 1, encrypted_previous = @encryptedPrevious,
                state = CASE WHEN state = '{IntentState.Open}' THEN '{IntentState.Doubt}' ELSE state END
            WHERE terminal = @Terminal AND sequence = @Sequence
            """,
            new { place.Terminal, place.Sequence, encryptedPrevious });

    public static void Abandon(DbSession db, JournalPlace place) =>
        db.Run("UPDATE intent SET abandoned = 1 WHERE terminal = @Terminal AND sequence = @Sequence", place);

    /// <summary>The terminal looked at the card; the MAC it found is kept until it can be checked. Null
    /// forgets it.</summary>
    public static void Settle(DbSession db, JournalPlace place, byte[]? tmv) =>
        db.Run(
            """
            UPDATE intent SET settled = 1, settled_tmv = @tmv
            WHERE terminal = @Terminal AND sequence = @Sequence
            """,
            new { place.Terminal, place.Sequence, tmv });

    /// <summary>The transaction of this intent is in the book: that settles its doubt, and what was given up
    /// is made good.</summary>
    public static void Posted(OpenBook book, Card card, ProvenCommit commit)
    {
        if (book.TryPostBegun(card, commit.Place))
            return;
        var intent = book.Db.Find<IntentRow>(
            $"""
            UPDATE intent SET state = '{IntentState.Posted}'
            WHERE terminal = @Terminal AND sequence = @Sequence
            RETURNING doubted, abandoned
            """,
            commit.Place);
        if (intent is { Doubted: true })
            ExceptionBook.Close(book, Doubts.NameOf(commit.Place), "happened");
        if (intent is { Abandoned: true })
            MakeGood(book, card, commit.Place, commit.Written.Earned, commit.Written.Redeemed);
    }

    /// <summary>Queues the opposite of an operation that the card made and the till gave up.</summary>
    public static void MakeGood(OpenBook book, Card card, JournalPlace place, long earned, long redeemed)
    {
        CardActionQueue.MakeGood(
            book, card, checked((int)(redeemed - earned)), CardActionQueue.DoubtAbandoned, place);
        Returns.Abandon(book, card, place);
    }
}
