using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Terminals;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Server.Ledger;

/// <summary>Posts what cards have signed: each transaction once, as double entry, and then looks at its
/// neighbours.</summary>
internal static class LedgerBook
{
    private static readonly BookTable Table = new("posting", new RowShape(
        "id bigint, programme bigint, currency text, account bigint, owner bigint, points bigint, "
        + "terminal bigint, sequence bigint, contra bigint, posted_us bigint"));

    // An hour: from there a terminal's own doctor calls its clock wrong.
    private static readonly TimeSpan ClockOffMost = TimeSpan.FromHours(1);

    /// <summary>Takes a commit into the book.</summary>
    /// <param name="book">The open book.</param>
    /// <param name="card">As it stands now.</param>
    /// <param name="commit">What the card has signed.</param>
    /// <param name="circumstance">What the till knew.</param>
    /// <returns>Accepted also where the book has the same already; parked where it has another in its
    /// place.</returns>
    public static Verdict Post(OpenBook book, Card card, ProvenCommit commit, Circumstance circumstance)
    {
        if (commit.Counter <= card.HighestCounter
            && CardTransaction.At(book.Db, card, commit.Counter) is { } posted)
        {
            return Compare(book, posted, commit);
        }

        if (!book.IsAlone(card, commit, circumstance.OperationId)
            && CardTransaction.Of(book.Db, commit.Place) is not null)
            return new Verdict.Parked(Cause.ConflictingDuplicate, "sequence-used");

        var isNext = Continuity.IsNext(card, commit);
        var awaited = isNext ? Awaited.By(book, card, commit, circumstance) : Awaited.Anything;
        CardTransaction.Insert(book, card, commit, circumstance);
        if (!isNext)
            Continuity.Reach(book, card, commit);
        book.Note(card.Uid, commit.Place.Terminal);
        var rules = book.RulesOf(card.Programme, commit.Written.RuleSetVersion);
        var delivered = ApplyCardActions(book, card, commit, circumstance, rules);
        Post(book, card.Programme, commit.Place,
        [
            .. PostingsOf(card, commit, delivered ?? 0),
            .. Postings.ForLater(card.Member, RuleCheck.PendingOf(commit, circumstance.Asked, rules)),
        ]);
        SettleReturns(book, commit, circumstance, awaited);
        CheckTerminal(book, card, commit);
        if (delivered is not null)
            AccountDelivery.Review(book, card.Member);
        if (card.Status == CardStatus.Retired)
            CarryOver.Late(book, card, commit);
        Intents.Posted(book, card, commit);
        if (awaited.Records)
            CardLogs.Posted(book, card, commit);
        var isMorePosted = awaited.Intents && Doubts.ReviewAround(book, card, commit.Counter);
        if (isNext && !isMorePosted)
            Continuity.Extend(book, card, commit);
        else
            Continuity.Review(book, card, commit.Counter);
        return new Verdict.Accepted();
    }

    /// <summary>The sum over all accounts of all programmes; anything but 0 is our mistake.</summary>
    public static long Sum(DbSession db) => db.Value<long>("SELECT COALESCE(SUM(points), 0) FROM posting");

    /// <summary>Points on one card's account: the fold of its postings.</summary>
    public static long BalanceOnCard(DbSession db, long cardNumber) =>
        db.Value<long>(
            "SELECT COALESCE(SUM(points), 0) FROM posting WHERE account = @Account AND owner = @cardNumber",
            new { Account = (long)AccountKind.MemberOnCard, cardNumber });

    /// <summary>Points on a member's account, below zero where they are owed.</summary>
    public static long BalanceOnAccount(DbSession db, long member) =>
        db.Value<long>(
            "SELECT COALESCE(SUM(points), 0) FROM posting WHERE account = @Account AND owner = @member",
            new { Account = (long)AccountKind.MemberOnAccount, member });

    private static Verdict Compare(OpenBook book, CardTransaction posted, ProvenCommit commit)
    {
        if (!posted.RecordWritten.AsSpan().SequenceEqual(Bytes.Of(commit.Written))
            || !posted.ReaderId.AsSpan().SequenceEqual(Bytes.Of(commit.ReaderId)))
        {
            return new Verdict.Parked(Cause.ConflictingDuplicate, "counter-used");
        }

        if (posted.Proof == ProofState.Inferred && commit.Tmv is { } tmv)
            CardTransaction.Prove(book.Db, commit.Place, tmv);
        return new Verdict.Accepted();
    }

    /// <summary>Adds postings of one journal place.</summary>
    public static void Post(
        OpenBook book, long programme, JournalPlace place, IEnumerable<Posting> postings)
    {
        // Each is one side of a move; the other follows.
        foreach (var pair in postings.Chunk(2))
        {
            Add(pair[0], contra: pair[1]);
            Add(pair[1], contra: pair[0]);
        }

        void Add(Posting posting, Posting contra) => book.Insert(
            Table, book.NextPosting(), programme, book.CurrencyOf(programme), (long)posting.Account,
            posting.Owner, posting.Points, place.Terminal, place.Sequence, (long)contra.Account, book.NowUs);
    }

    // What came from the member's account is no correction.
    private static IEnumerable<Posting> PostingsOf(Card card, ProvenCommit commit, int delivered)
    {
        var (written, adjusted) = (commit.Written, checked((int)commit.Adjusted - delivered));
        return
        [
            .. IsUndoing(written)
                ? Postings.ForReturn(card.Number, written.Earned, written.Redeemed, adjusted)
                : written.Kind == LogKind.Adjustment
                    ? Postings.ForAdjustment(card.Number, written.Earned - written.Redeemed + adjusted)
                    : Postings.ForSale(card.Number, written.Earned, written.Redeemed, adjusted),
            .. Postings.Delivered(card.Number, card.Member, delivered),
        ];
    }

    private static bool IsUndoing(LogRecord written) => written.Kind is LogKind.Return or LogKind.Reversal;

    private static void SettleReturns(
        OpenBook book, ProvenCommit commit, Circumstance circumstance, Awaited awaited)
    {
        if (IsUndoing(commit.Written))
        {
            // It speaks of a sale, with whatever card.
            book.Close();
            Returns.Posted(book, commit.Place, circumstance.Undoing);
        }
        else if (awaited.Returns && circumstance.OperationId is { } operation)
        {
            Returns.SalePosted(book, operation);
        }
    }

    // What a terminal did by itself is within what headquarters allowed it: a supervisor's points, which no
    // rule gives, and what customers redeemed. And it knew the time.
    private static void CheckTerminal(OpenBook book, Card card, ProvenCommit commit)
    {
        if (OverLimit(book.Standing, commit) is { } limit)
            OpenOver(book, card, commit, Cause.OverLimit, limit);
        if (WrongTime(book, card, commit) is { } time)
            OpenOver(book, card, commit, Cause.Clock, time);
    }

    private static void OpenOver(
        OpenBook book, Card card, ProvenCommit commit, string cause, string detail) =>
        ExceptionBook.Open(book, Difference.Over(commit.Place, cause, detail) with
        {
            Uid = card.Uid,
            Generation = card.Generation,
            Counter = commit.Counter,
        });

    // Between the two, only the terminal can know.
    private static string? WrongTime(OpenBook book, Card card, ProvenCommit commit)
    {
        var recorded = commit.Written.Time;
        return recorded > UnixTime.FromMicroseconds(book.NowUs) + ClockOffMost ? "clock-ahead"
            : recorded < DateTimeOffset.FromUnixTimeSeconds(card.BirthSeconds) - ClockOffMost ? "clock-behind"
            : null;
    }

    private static string? OverLimit(DbSession db, ProvenCommit commit)
    {
        var (written, terminal) = (commit.Written, commit.Place.Terminal);
        return written.Kind switch
        {
            LogKind.Adjustment => written.Earned + (long)written.Redeemed
                > (LimitsBook.EverMost(db, terminal, limits => limits.AdjustmentMost) ?? 0)
                    ? "adjustment"
                    : null,
            LogKind.Sale when written.Redeemed > 0 && written.Circumstances.HasFlag(Circumstances.Offline) =>
                written.Redeemed > LimitsBook.EverMost(db, terminal, limits => limits.OperationMost)
                    ? "redemption"
                    : null,
            _ => null,
        };
    }

    // Returns what moved between card and account, null where nothing was to.
    private static int? ApplyCardActions(
        OpenBook book, Card card, ProvenCommit commit, Circumstance circumstance, RuleSet? rules)
    {
        var (after, through) = (commit.Read?.LastCardAction ?? 0, commit.Written.LastCardAction);
        var queued = after == through ? [] : CardActionQueue.Between(book.Db, card, after, through);
        var applied = PendingCardActions.Apply(
            after, commit.BalanceBefore, card.BalanceMost, queued.Select(q => q.Action));
        var told = ToldExpiries.At(book.Standing, card, commit);
        if (RuleCheck.Differs(commit, circumstance, rules, applied, told) is { } difference
            && !IsToldAlready(book, commit.Place, circumstance.Asked))
        {
            var isUnknown = difference == RuleCheck.RuleSetUnknown;
            OpenOver(
                book, card, commit, isUnknown ? Cause.Configuration : Cause.RuleMismatch, difference);
        }

        int? delivered = null;
        foreach (var action in queued)
        {
            var points = applied.FirstOrDefault(a => a.Number == action.Number)?.Points ?? 0;
            CardActionQueue.MarkApplied(book.Db, card, action.Number, commit.Counter, points);
            if (action.IsOfAccount)
                delivered = (delivered ?? 0) + points;
        }

        return delivered;
    }

    // What the rules were asked stands in the intent, and nobody can read that: an exception says so.
    private static bool IsToldAlready(OpenBook book, JournalPlace intent, SaleRequest? asked) =>
        asked is null && Journals.VerdictOn(book.Db, intent) == Cause.Unreadable;
}
