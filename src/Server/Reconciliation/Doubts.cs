using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Reconciliation;

/// <summary>
/// Settles what no terminal saw the end of, from whatever arrived: the MAC found later on the card, or what
/// other
/// terminals' commits say of the one before them. Asked again whenever a neighbour is posted.
/// </summary>
internal static class Doubts
{
    /// <summary>A terminal saw its record on a card, and the card's own history has another in its place: it
    /// saw a copy, or a forged one.</summary>
    public const string SettledOtherwise = "settled-otherwise";

    public static string NameOf(JournalPlace place) => Difference.NameOver(place, Cause.Doubt);

    /// <summary>Looks at the intents that a newly posted counter may tell something about.</summary>
    /// <param name="book">The open book.</param>
    /// <param name="card">As it stood before that counter.</param>
    /// <param name="counter">The counter.</param>
    /// <returns>Whether there were any, so that more may be posted now.</returns>
    public static bool ReviewAround(OpenBook book, Card card, long counter)
    {
        var intents = Intents.NotPosted(book.Db, card, counter - 1, counter + 1);
        foreach (var intent in intents)
            Judge(book, card, intent.Place);
        // A run lies between two that are posted.
        if (counter - 1 > card.AcknowledgedCounter)
            ReviewRun(book, card, counter - 1);
        if (counter < card.HighestCounter)
            ReviewRun(book, card, counter + 1);
        return intents.Count > 0;
    }

    /// <summary>Looks at an intent that has just come: only what is posted at its counter or above may
    /// already say something about it.</summary>
    public static void ReviewNew(OpenBook book, Card card, IntentRow intent)
    {
        if (intent.Counter <= card.HighestCounter)
            Review(book, card, intent);
    }

    /// <summary>Looks at one intent, and settles it where the evidence does.</summary>
    public static void Review(OpenBook book, Card card, IntentRow intent)
    {
        Judge(book, card, intent.Place);
        ReviewRun(book, card, intent.Counter);
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
        }, Audience.Only(place.Terminal));

    private static void Judge(OpenBook book, Card card, JournalPlace place)
    {
        // A posted one may have been inferred; a MAC that comes late proves it.
        if (Intents.Find(book.Db, place) is not { } intent
            || intent is { State: IntentState.Posted, SettledTmv: null })
        {
            return;
        }

        switch (Find(book, card, intent))
        {
            case Finding.Happened(var commit):
                Post(book, card, intent, commit);
                break;
            case Finding.DidNotHappen when intent.State is IntentState.Open or IntentState.Doubt:
                DidNotHappen(book, intent);
                if (intent.Settled)
                    OpenOver(book, intent, Cause.CopyOrRollback, SettledOtherwise);
                break;
            case Finding.Contradicted(var cause, var detail):
                OpenOver(book, intent, cause, $"settlement-{detail}");
                Intents.Settle(book.Db, place, tmv: null);
                break;
        }
    }

    private static Finding Find(OpenBook book, Card card, IntentRow intent)
    {
        var around = CardTransaction.Between(book.Db, card, intent.Counter - 1, intent.Counter + 1);
        if (intent.SettledTmv is null && around.All(one => one.Counter < intent.Counter))
            return new Finding.Unknown();
        var evidence = new DoubtEvidence(
            intent,
            Before: around.SingleOrDefault(one => one.Counter == intent.Counter - 1),
            At: around.SingleOrDefault(one => one.Counter == intent.Counter),
            After: around.SingleOrDefault(one => one.Counter == intent.Counter + 1));
        using var tmKey = book.Secrets.TransactionMacKey(card.ChipUid, card.TmKeyVersion);
        using var readerKey = book.Secrets.ReaderIdKey(checked((uint)intent.Terminal));
        return evidence.Judge(card, tmKey, readerKey);
    }

    // Posting the lowest of a run brings the review of the next.
    private static void ReviewRun(OpenBook book, Card card, long counter)
    {
        if (LostRun.FirstOf(book, card, counter) is var (intent, commit))
            Post(book, card, intent, commit);
    }

    private static void Post(OpenBook book, Card card, IntentRow intent, ProvenCommit commit)
    {
        if (intent is { Doubted: true, Settled: false })
            TellTerminal(book, intent.Place, happened: true);
        if (intent.State is IntentState.Failed or IntentState.DidNot)
            OpenOver(book, intent, Cause.BadProof, "denied");
        // Whatever has led here may have posted more of this card meanwhile.
        var now = Card.Find(book.Db, card.Uid, card.Generation)!;
        var meant = JournalReading.IntentOf(intent.Body);
        var verdict = LedgerBook.Post(book, now, commit, JournalReading.CircumstanceOf(meant));
        if (verdict is Verdict.Parked(var cause, var detail))
            OpenOver(book, intent, cause, detail);
    }

    private static void OpenOver(OpenBook book, IntentRow intent, string cause, string detail) =>
        ExceptionBook.Open(book, Difference.Over(intent.Place, cause, detail) with
        {
            Uid = intent.Uid,
            Generation = intent.Generation,
            Counter = intent.Counter,
        });
}
