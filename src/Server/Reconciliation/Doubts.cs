using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Reconciliation;

/// <summary>What the evidence says about an intent that is not posted.</summary>
internal abstract record Finding
{
    private Finding() { }

    /// <summary>Not enough is known yet.</summary>
    public sealed record Unknown : Finding;

    /// <summary>The card committed it.</summary>
    public sealed record Happened(ProvenCommit Commit) : Finding;

    /// <summary>Another operation has its counter, or the next commit names another before it.</summary>
    public sealed record DidNotHappen : Finding;

    /// <summary>The MAC that the terminal found does not cover what it meant to do.</summary>
    public sealed record Contradicted(string Cause, string Detail) : Finding;
}

/// <summary>
/// Settles what no terminal saw the end of, from whatever arrived: the MAC found later on the card, or what other
/// terminals' commits say of the one before them. Asked again whenever a neighbour is posted.
/// </summary>
internal static class Doubts
{
    public static string NameOf(JournalPlace place) => $"{Cause.Doubt}:{place}";

    /// <summary>Looks at the intents that a newly posted counter may tell something about.</summary>
    public static void ReviewAround(OpenBook book, Card card, long counter)
    {
        foreach (var intent in Intents.NotPosted(book.Db, card, counter - 1, counter + 1))
            Review(book, card, intent.Place);
    }

    /// <summary>Looks at one intent, and settles it where the evidence does.</summary>
    public static void Review(OpenBook book, Card card, JournalPlace place)
    {
        if (Intents.Find(book.Db, place) is not { State: not IntentState.Posted } intent)
            return;
        switch (Find(book, card, intent))
        {
            case Finding.Happened(var commit):
                Post(book, card, intent, commit);
                break;
            case Finding.DidNotHappen when intent.State is IntentState.Open or IntentState.Doubt:
                DidNotHappen(book, intent);
                break;
            case Finding.Contradicted(var cause, var detail):
                ExceptionBook.Open(book, Difference.Over(place, cause, $"settlement-{detail}"));
                Intents.Settle(book.Db, place, tmv: null);
                Review(book, card, place);
                break;
        }
    }

    /// <summary>The card did not do it: the doubt is over.</summary>
    public static void DidNotHappen(OpenBook book, IntentRow intent)
    {
        Intents.SetState(book.Db, intent.Place, IntentState.DidNot);
        ExceptionBook.Close(book, NameOf(intent.Place), "did-not-happen");
        if (intent is { Doubted: true, Settled: false })
            TellTerminal(book, intent.Place, happened: false);
    }

    /// <summary>Tells the terminal that its doubt was settled here.</summary>
    public static void TellTerminal(OpenBook book, JournalPlace place, bool happened) =>
        Feed.Publish(book.Db, $"doubt:{place}", new FeedItem
        {
            DoubtClosed = new DoubtClosedItem
            {
                Terminal = (uint)place.Terminal,
                IntentSequence = (uint)place.Sequence,
                Happened = happened,
            },
        });

    private static Finding Find(OpenBook book, Card card, IntentRow intent)
    {
        var around = CardTransaction.Between(book.Db, card, intent.Counter - 1, intent.Counter + 1);
        var evidence = new DoubtEvidence(
            intent,
            Before: around.SingleOrDefault(one => one.Counter == intent.Counter - 1),
            At: around.SingleOrDefault(one => one.Counter == intent.Counter),
            After: around.SingleOrDefault(one => one.Counter == intent.Counter + 1));
        using var tmKey = book.Secrets.TransactionMacKey(card.ChipUid, card.TmKeyVersion);
        using var readerKey = book.Secrets.ReaderIdKey(checked((uint)intent.Terminal));
        return evidence.Judge(card, tmKey, readerKey);
    }

    private static void Post(OpenBook book, Card card, IntentRow intent, ProvenCommit commit)
    {
        var verdict = LedgerBook.Post(book, card, commit, JournalReading.CircumstanceOf(intent.Body));
        if (verdict is Verdict.Parked(var cause, var detail))
            ExceptionBook.Open(book, Difference.Over(intent.Place, cause, detail));
        if (intent.State is IntentState.Failed or IntentState.DidNot)
            ExceptionBook.Open(book, Difference.Over(intent.Place, Cause.BadProof, "denied"));
        if (intent is { Doubted: true, Settled: false })
            TellTerminal(book, intent.Place, happened: true);
    }
}

/// <summary>An intent and what is posted next to it.</summary>
/// <param name="Intent">Not posted.</param>
/// <param name="Before">What is posted one counter before it, if anything.</param>
/// <param name="At">What is posted at its counter, so by somebody else.</param>
/// <param name="After">What is posted one counter after it.</param>
internal sealed record DoubtEvidence(
    IntentRow Intent, CardTransaction? Before, CardTransaction? At, CardTransaction? After)
{
    /// <param name="card">The card.</param>
    /// <param name="tmKey">Its transaction MAC key. Not owned.</param>
    /// <param name="readerKey">The reader-id key of the intent's terminal. Not owned.</param>
    public Finding Judge(Card card, CardKey tmKey, ReaderIdKey readerKey)
    {
        if (At is not null)
            return new Finding.DidNotHappen();

        if (Intent.SettledTmv is { } tmv && EncryptedPrevious(card, tmKey) is { } encrypted)
        {
            var reported = Reported(card, TransactionMacValue.FromBytes(tmv), encrypted);
            return Proof.Check(reported, card.Number, tmKey, readerKey) switch
            {
                ProofResult.Proven(var commit) => new Finding.Happened(commit),
                ProofResult.Refuted(var cause, var detail) => new Finding.Contradicted(cause, detail),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }

        if (After is null)
            return new Finding.Unknown();
        if (new JournalPlace(After.Previous.Terminal, After.Previous.Sequence) != Intent.Place)
            return new Finding.DidNotHappen();
        return Infer(card, tmKey, readerKey);
    }

    // The next transaction names this one and read its record under the card's MAC; the one before must fit as well.
    private Finding Infer(Card card, CardKey tmKey, ReaderIdKey readerKey)
    {
        if ((Before, After) is not ({ Proof: ProofState.Proven } before, { Proof: ProofState.Proven } after))
            return new Finding.Unknown();

        var counter = checked((uint)Intent.Counter);
        var encrypted = TransactionMac.EncryptPrevious(
            tmKey, card.ChipUid, counter, ReaderId.FromBytes(before.ReaderId));
        var reported = Reported(card, default, encrypted);
        return Proof.CheckContent(reported, card.Number, tmKey, readerKey) is ProofResult.Proven(var commit)
            && Fits(before, commit, after)
                ? new Finding.Happened(commit)
                : new Finding.Unknown();
    }

    private static bool Fits(CardTransaction before, ProvenCommit commit, CardTransaction after) =>
        commit.Read is { } read
        && before.RecordWritten.AsSpan().SequenceEqual(Bytes.Of(read))
        && after.RecordRead.AsSpan().SequenceEqual(Bytes.Of(commit.Written))
        && after.PreviousReaderId.AsSpan().SequenceEqual(Bytes.Of(commit.ReaderId))
        && after.BalanceBefore == commit.Written.BalanceAfter;

    private ReportedCommit Reported(Card card, TransactionMacValue tmv, EncryptedReaderId encrypted) =>
        new(Intent.Place, card.ChipUid, new CommitEvidence(
            new CommitProof(checked((uint)Intent.Counter), tmv),
            JournalReading.StepsOf(JournalReading.IntentOf(Intent.Body).Steps, encrypted)));

    private EncryptedReaderId? EncryptedPrevious(Card card, CardKey tmKey) =>
        Intent.EncryptedPrevious is { } answered ? EncryptedReaderId.FromBytes(answered)
        : Before is not null
            ? TransactionMac.EncryptPrevious(
                tmKey, card.ChipUid, checked((uint)Intent.Counter), ReaderId.FromBytes(Before.ReaderId))
        : null;
}
