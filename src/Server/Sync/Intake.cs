using System.Data.Common;
using System.Text;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Sync;

/// <summary>One terminal's entries on their way into the book.</summary>
/// <param name="Terminal">The terminal that the connection belongs to.</param>
/// <param name="Entries">Rising by one, beginning no later than after the last one taken.</param>
internal sealed record Delivery(uint Terminal, IReadOnlyList<JournalEntry> Entries);

/// <summary>
/// Takes terminals' journals into the book: each entry once, each with a verdict. Nothing that a terminal
/// writes can stop it: what is wrong is parked beside an exception and the rest goes on.
/// </summary>
internal sealed partial class Intake(
    Database database, ICardSecrets secrets, TimeProvider clock, ILogger<Intake> log)
{
    private const string CardBlocked = "card-blocked";
    private const string Unforeseen = "unforeseen";

    /// <summary>Takes a batch in one transaction. On return it is durable and may be acknowledged.</summary>
    /// <returns>A verdict for each entry, in order.</returns>
    /// <exception cref="ArgumentException">An entry leaves a hole in the journal; nothing is
    /// taken.</exception>
    public IReadOnlyList<Verdict> Take(uint terminal, IReadOnlyList<JournalEntry> entries) =>
        Take([new Delivery(terminal, entries)]);

    /// <summary>Takes several terminals' batches in one transaction, so that they share one wait for the
    /// disk.</summary>
    /// <inheritdoc cref="Take(uint, IReadOnlyList{JournalEntry})"/>
    public IReadOnlyList<Verdict> Take(IReadOnlyList<Delivery> deliveries) =>
        Take([.. deliveries.SelectMany(Read)]);

    /// <inheritdoc cref="Take(IReadOnlyList{Delivery})"/>
    /// <param name="entries">Each terminal's rising by one.</param>
    public IReadOnlyList<Verdict> Take(IReadOnlyList<ReadEntry> entries)
    {
        try
        {
            return Write(book => Take(book, entries));
        }
        catch (Exception wrong) when (IsOfAnEntry(wrong))
        {
            // Each for itself, so that the one that nobody foresaw is known.
            LogApart(wrong, entries.Count);
            return [.. entries.Select(TakeAlone)];
        }
    }

    /// <summary>Reads a delivery and checks what its cards have signed: what many threads can do before the
    /// one that writes.</summary>
    public IReadOnlyList<ReadEntry> Read(Delivery delivery)
    {
        using var readerKey = secrets.ReaderIdKey(delivery.Terminal);
        var entries = delivery.Entries.Select(
            entry => new ReadEntry(new JournalPlace(delivery.Terminal, entry.Sequence), entry)).ToList();
        foreach (var entry in entries)
            entry.ReadAhead(secrets, readerKey);
        return entries;
    }

    /// <summary>Judges the entries again that waited for this card.</summary>
    public static void TakeWaiting(OpenBook book, Card card)
    {
        Intents.Adopt(book.Db, card);
        TakeWaiting(book, Journals.Waiting(book.Db, card.Uid), Cause.UnknownCard, "card-registered");
    }

    /// <summary>Judges the entries again that waited for a member with this number or address.</summary>
    public static void TakeWaiting(OpenBook book, Contact contact) => TakeWaiting(
        book, AccountOperations.TakeWaiting(book, contact), Cause.UnknownMember, "member-registered");

    private static void TakeWaiting(
        OpenBook book, IEnumerable<TakenEntry> entries, string cause, string resolution)
    {
        foreach (var waiting in entries)
        {
            ExceptionBook.Close(book, Difference.NameOver(waiting.Place, cause), resolution);
            var verdict = SettleApart(book, waiting);
            Journals.Judge(
                book.Db, waiting.Place, verdict is Verdict.Parked parked ? parked.Cause : Journals.Accepted);
        }
    }

    // What nobody foresaw in an entry does not keep people from registering a card or a member.
    private static Verdict SettleApart(OpenBook book, TakenEntry waiting)
    {
        try
        {
            return book.Db.Part(() => Settle(book, waiting.ToRead()));
        }
        catch (Exception wrong) when (wrong is not (DbException or OutOfMemoryException or VaultException))
        {
            var unforeseen = new Verdict.Parked(Cause.Unreadable, Unforeseen);
            ExceptionBook.Open(book, Difference.Over(waiting.Place, unforeseen.Cause, unforeseen.Detail) with
            {
                Evidence = Encoding.UTF8.GetBytes(wrong.ToString()),
            });
            return unforeseen;
        }
    }

    private T Write<T>(Func<OpenBook, T> work) =>
        database.Write(db =>
        {
            var book = new OpenBook(db, secrets, clock.Microseconds());
            var result = work(book);
            book.Close();
            return result;
        });

    // A hole is the caller's mistake; what the disk or the connection did, no other entry mends.
    private bool IsOfAnEntry(Exception wrong) =>
        wrong is DbException failure ? database.IsRefusal(failure) : wrong is not (ArgumentException
        { ParamName: "entry" } or OutOfMemoryException or VaultException);

    private Verdict TakeAlone(ReadEntry entry)
    {
        try
        {
            return Write(book => Take(book, entry));
        }
        catch (Exception wrong) when (IsOfAnEntry(wrong))
        {
            LogUnforeseen(wrong, entry.Place);
            return Write(book => ParkUnforeseen(book, entry));
        }
    }

    private static Verdict.Parked ParkUnforeseen(OpenBook book, ReadEntry entry)
    {
        var difference = new Verdict.Parked(Cause.Unreadable, Unforeseen);
        Journals.Append(book, entry, uid: null);
        Journals.Judge(book.Db, entry.Place, difference.Cause);
        ExceptionBook.Open(book, Difference.Over(entry.Place, difference.Cause, difference.Detail));
        return difference;
    }

    private static List<Verdict> Take(OpenBook book, IReadOnlyList<ReadEntry> entries)
    {
        var verdicts = new List<Verdict>(entries.Count);
        List<long> terminals = [.. entries.Select(entry => entry.Place.Terminal).Distinct()];
        book.ReadHeads(terminals);
        var ahead = new LookingAhead(entries);
        foreach (var (at, entry) in entries.Index())
        {
            ahead.Look(book, at);
            verdicts.Add(Take(book, entry));
        }

        Gaps.Reported(book.Db, terminals);
        return verdicts;
    }

    private static Verdict Take(OpenBook book, ReadEntry entry)
    {
        var head = book.HeadOf(entry.Place.Terminal);
        if (entry.Place.Sequence > head + 1)
            throw new ArgumentException($"Entry {entry.Place} leaves a hole in the journal.", nameof(entry));
        return entry.Place.Sequence <= head ? TakeAgain(book, entry) : TakeNew(book, entry);
    }

    private static Verdict TakeNew(OpenBook book, ReadEntry entry)
    {
        book.Concern(entry.Body is { Intent: not null } or { Outcome: not null } ? entry.Uid : null);
        Journals.Append(book, entry, entry.Uid);
        var verdict = Settle(book, entry);
        if (verdict is Verdict.Parked parked)
            Journals.Judge(book.Db, entry.Place, parked.Cause);
        return verdict;
    }

    private static Verdict TakeAgain(OpenBook book, ReadEntry entry)
    {
        var taken = Journals.Find(book.Db, entry.Place)!;
        if (taken.Body.AsSpan().SequenceEqual(entry.Entry.Body.Span))
        {
            Journals.CountDuplicate(book.Db, taken.Terminal);
            return new Verdict.Duplicate();
        }

        var difference = Difference.Over(taken.Place, Cause.ConflictingDuplicate, "entry-differs");
        ExceptionBook.Open(book, difference with { Evidence = entry.Entry.Body.Memory });
        return new Verdict.Parked(difference.Cause, difference.Detail);
    }

    // What is parked has an exception that names it.
    private static Verdict Settle(OpenBook book, ReadEntry entry)
    {
        var (place, body) = (entry.Place, entry.Body);
        var verdict = Judge(book, entry, place, body);
        if (verdict is Verdict.Parked(var cause, var detail))
            Park(book, entry, Difference.Over(place, cause, detail));
        return verdict;
    }

    private static void Park(OpenBook book, ReadEntry entry, Difference difference)
    {
        var body = entry.Body;
        var uid = entry.Uid ?? (body?.Settlement?.Card is { } settled ? ReadEntry.Hex(settled) : null);
        if (body?.Outcome is not { } outcome)
        {
            ExceptionBook.Open(book, difference with { Uid = uid });
            return;
        }

        // What it says that the card did is missing there, and has its exception.
        var card = book.FindCard(ReadEntry.Hex(outcome.Card), outcome.Card.Generation);
        ExceptionBook.Open(
            book, difference with { Uid = uid, Generation = card?.Generation, Counter = outcome.Tmc });
        if (card is not null)
            Gaps.Review(book, card.Uid, card.Generation);
    }

    private static Verdict Judge(OpenBook book, ReadEntry entry, JournalPlace place, EntryBody? body) =>
        body?.ContentCase switch
        {
            EntryBody.ContentOneofCase.Intent => TakeIntent(book, place, body.Intent),
            EntryBody.ContentOneofCase.Outcome => TakeOutcome(book, entry, body.Outcome),
            EntryBody.ContentOneofCase.Failure => OverIntent(
                book, place, body.Failure.IntentSequence, intent => TakeFailure(book, intent)),
            EntryBody.ContentOneofCase.Doubt => OverIntent(
                book, place, body.Doubt.IntentSequence, intent => TakeDoubt(book, intent, body.Doubt)),
            EntryBody.ContentOneofCase.Settlement => OverIntent(
                book, place, body.Settlement.IntentSequence,
                intent => TakeSettlement(book, intent, body.Settlement)),
            EntryBody.ContentOneofCase.Abandonment => OverIntent(
                book, place, body.Abandonment.IntentSequence, intent => TakeAbandonment(book, intent)),
            EntryBody.ContentOneofCase.AccountOperation =>
                AccountOperations.Take(book, place, body.AccountOperation),
            EntryBody.ContentOneofCase.DayClose => DayCloses.Take(book, place, body.DayClose),
            EntryBody.ContentOneofCase.Suspicion => TakeSuspicion(book, place, body),
            EntryBody.ContentOneofCase.CardLog => CardLogs.Take(book, place, body.CardLog),
            _ => new Verdict.Parked(Cause.Unreadable, "entry"),
        };

    private static Verdict.Accepted TakeIntent(OpenBook book, JournalPlace place, Intent intent)
    {
        var uid = ReadEntry.Hex(intent.Card);
        var card = book.FindCard(uid, intent.Card.Generation);
        var row = new IntentRow
        {
            Terminal = place.Terminal,
            Sequence = place.Sequence,
            Uid = uid,
            Generation = card?.Generation ?? intent.Card.Generation,
            Counter = (long)intent.CounterRead + 1,
            State = IntentState.Open,
        };
        book.Insert(row);
        book.NewestIntent = (place, intent);
        if (card is not null)
            Doubts.ReviewNew(book, card, row);
        return new Verdict.Accepted();
    }

    private static Verdict TakeOutcome(OpenBook book, ReadEntry entry, Outcome outcome)
    {
        if (book.FindCard(ReadEntry.Hex(outcome.Card), outcome.Card.Generation) is not { } card)
            return new Verdict.Parked(Cause.UnknownCard, "outcome");

        return entry.Check(card, book.Secrets) switch
        {
            ProofResult.Proven(var commit) => PostOutcome(book, card, commit),
            ProofResult.Refuted(var cause, var detail) => new Verdict.Parked(cause, detail),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    // What the card signed is posted. An intent that says otherwise is the terminal's to explain.
    private static Verdict PostOutcome(OpenBook book, Card card, ProvenCommit commit)
    {
        var intent = IntentAt(book, commit.Place);
        var circumstance = intent is null ? Circumstance.Unknown : JournalReading.CircumstanceOf(intent);
        var verdict = LedgerBook.Post(book, card, commit, circumstance);
        if (intent is not null && !JournalReading.Meant(intent, commit))
            ExceptionBook.Open(book, Difference.Over(commit.Place, Cause.BadProof, "intent-differs"));
        return verdict;
    }

    private static Intent? IntentAt(OpenBook book, JournalPlace place) =>
        book.NewestIntent is { } newest && newest.Place == place ? newest.Intent
        : Intents.Find(book.Db, place) is { } row ? JournalReading.IntentOf(row.Body)
        : null;

    private static Verdict.Accepted TakeFailure(OpenBook book, IntentRow intent)
    {
        if (intent.State == IntentState.Open)
            Intents.SetState(book.Db, intent.Place, IntentState.Failed);
        return new Verdict.Accepted();
    }

    private static Verdict.Accepted TakeDoubt(OpenBook book, IntentRow intent, Doubt doubt)
    {
        var encrypted = doubt.EncryptedPreviousReaderId;
        Intents.Doubt(book.Db, intent.Place, encrypted.IsEmpty ? null : encrypted.ToByteArray());
        if (intent.State is IntentState.Posted or IntentState.DidNot)
        {
            Doubts.TellTerminal(book, intent.Place, happened: intent.State == IntentState.Posted);
            return new Verdict.Accepted();
        }

        ExceptionBook.Open(book, new Difference(Doubts.NameOf(intent.Place), Cause.Doubt, "commit-unanswered")
        {
            Place = intent.Place,
            Uid = intent.Uid,
            Generation = intent.Generation,
            Counter = intent.Counter,
        });
        return Review(book, intent);
    }

    private static Verdict TakeSettlement(OpenBook book, IntentRow intent, Settlement settlement)
    {
        if (!settlement.Happened && intent.State == IntentState.Posted)
            return new Verdict.Parked(Cause.BadProof, "denied");
        if (settlement.Happened && intent.State == IntentState.DidNot)
            return new Verdict.Parked(Cause.CopyOrRollback, Doubts.SettledOtherwise);

        var ours = settlement.Happened && settlement.Tmc == intent.Counter && !settlement.Tmv.IsEmpty;
        Intents.Settle(book.Db, intent.Place, ours ? settlement.Tmv.ToByteArray() : null);
        if (settlement.Happened)
            return Review(book, intent);

        Doubts.DidNotHappen(book, intent with { Settled = true });
        Gaps.Review(book, intent.Uid, intent.Generation);
        return new Verdict.Accepted();
    }

    private static Verdict.Accepted TakeAbandonment(OpenBook book, IntentRow intent)
    {
        Intents.Abandon(book.Db, intent.Place);
        if (CardTransaction.Of(book.Db, intent.Place) is { } posted
            && Card.Find(book.Db, intent.Uid, intent.Generation) is { } card)
        {
            Intents.MakeGood(book, card, intent.Place, posted.Earned, posted.Redeemed);
        }

        return new Verdict.Accepted();
    }

    // That a blocked card was refused is as it should be, and no exception.
    private static Verdict TakeSuspicion(OpenBook book, JournalPlace place, EntryBody body)
    {
        if (body.Suspicion.Code != CardBlocked)
            return new Verdict.Parked(Cause.CopyOrRollback, body.Suspicion.Code);
        BlockBook.NoteRefusal(book, place, ReadEntry.Hex(body.Suspicion.Card), body.RecordedAtUs);
        return new Verdict.Accepted();
    }

    private static Verdict OverIntent(
        OpenBook book, JournalPlace place, uint intentSequence, Func<IntentRow, Verdict> take) =>
        Intents.Find(book.Db, place with { Sequence = intentSequence }) is { } intent
            ? take(intent)
            : new Verdict.Parked(Cause.Unreadable, "intent-missing");

    private static Verdict.Accepted Review(OpenBook book, IntentRow intent)
    {
        if (Card.Find(book.Db, intent.Uid, intent.Generation) is { } card)
        {
            Doubts.Review(book, card, intent);
            Gaps.Review(book, card.Uid, card.Generation);
        }

        return new Verdict.Accepted();
    }

    [LoggerMessage(
        LogLevel.Error, "intake-apart entries={Entries}: one of them fails, each is taken for itself",
        EventName = "intake-apart")]
    private partial void LogApart(Exception wrong, int entries);

    [LoggerMessage(
        LogLevel.Error, "entry-unforeseen place={Place}: parked", EventName = "entry-unforeseen")]
    private partial void LogUnforeseen(Exception wrong, JournalPlace place);
}
