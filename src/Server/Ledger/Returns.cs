using System.Diagnostics;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using ReturnedLine = SmartCardCrm.Loyalty.Programme.ReturnedLine;

namespace SmartCardCrm.Server.Ledger;

/// <summary>
/// Compares returns and reversals with the sales they undo, whichever comes first, and books to the member's
/// account what no card took: what the card had no room for or did not hold, or all of it where there was no
/// card.
/// </summary>
internal static class Returns
{
    private const string Awaited = "awaited";
    private const string Settled = "settled";
    private const string Abandoned = "abandoned";
    private const string Refused = "refused";

    /// <summary>A return's card transaction is in the book: it is judged, and those of the same sale with it
    /// that waited for something.</summary>
    public static void Posted(OpenBook book, JournalPlace place, Undoing? undoing)
    {
        var isAbandoned = Intents.Find(book.Db, place) is { Abandoned: true };
        Insert(book.Db, place, undoing?.Sale ?? "", isAbandoned ? Abandoned : Awaited);
        if (!isAbandoned)
            Came(book, place);
    }

    /// <summary>A return without a card has come.</summary>
    public static void Taken(OpenBook book, JournalPlace place, Undoing undoing)
    {
        Insert(book.Db, place, undoing.Sale, Awaited);
        Came(book, place);
    }

    /// <summary>A sale is in the book: returns may have waited for it.</summary>
    public static void SalePosted(OpenBook book, string operation) =>
        JudgeAgain(book, OfSale(book.Db, operation));

    /// <summary>What has come back of a sale, and was not abandoned.</summary>
    public static IEnumerable<SyncContract.SaleReturn> Of(DbSession db, string sale) =>
        OfSale(db, sale).Where(back => back.State != Abandoned).Select(back => new SyncContract.SaleReturn
        {
            Terminal = (uint)back.Terminal,
            Sequence = (uint)back.Sequence,
            WithCard = back.Uid is not null,
            Lines = { TermsAt(db, back.Place)?.Returned ?? [] },
        });

    /// <summary>The till went on without the return: what it booked to the account is taken back, and the
    /// goods may come back again.</summary>
    public static void Abandon(OpenBook book, Card card, JournalPlace place)
    {
        if (Find(book.Db, place) is not { State: not Abandoned } booked)
            return;
        var postings = Postings.OnAccount(card.Member, checked((int)booked.OnAccount));
        LedgerBook.Post(
            book, card.Programme, place, postings.Select(p => p with { Points = -p.Points }));
        AccountDelivery.Review(book, card.Member);
        SetState(book.Db, place, Abandoned, onAccount: 0);
        ExceptionBook.Close(book, NameOf(place), "return-abandoned");
        JudgeAgain(book, OfSale(book.Db, booked.Sale).Where(other => !other.Precedes(booked)));
    }

    // Only those made after it are reckoned from it: however many wait, each is looked at when it matters.
    private static void Came(OpenBook book, JournalPlace place)
    {
        var back = Find(book.Db, place)!;
        Settle(book, back);
        if (back.Sale.Length > 0)
            JudgeAgain(book, OfSale(book.Db, back.Sale).Where(back.Precedes));
    }

    private static void JudgeAgain(OpenBook book, IEnumerable<Row> returns)
    {
        foreach (var back in returns.Where(b => b.State is Awaited or Refused).ToList())
            Settle(book, back);
    }

    private static void Settle(OpenBook book, Row back)
    {
        var (onAccount, difference) = Judge(book.Db, back);
        if (onAccount is null)
        {
            SetState(book.Db, back.Place, Refused, onAccount: 0);
            ExceptionBook.Open(book, new Difference(NameOf(back.Place), Cause.RuleMismatch, difference)
            {
                Place = back.Place,
                Uid = back.Uid,
                Generation = back.Generation,
            });
            return;
        }

        ExceptionBook.Close(book, NameOf(back.Place), "return-settled");
        SetState(book.Db, back.Place, Settled, onAccount.Points);
        if (onAccount.Postings.Count == 0)
            return;
        LedgerBook.Post(book, onAccount.Programme, back.Place, onAccount.Postings);
        AccountDelivery.Review(book, onAccount.Member);
    }

    private static (OnAccount? OnAccount, string Difference) Judge(DbSession db, Row back)
    {
        if (TermsAt(db, back.Place) is not { } written
            || JournalReading.UndoingOf(written) is not { } undoing)
        {
            return (null, "sale-unknown");
        }

        var sale = back.Uid is null ? ReturnableSale.At(db, back.Terminal, undoing.Sale)
            : ReturnableSale.Of(db, back.Uid, back.Generation!.Value, undoing.Sale);
        if (sale is null)
            return (null, ReturnableSale.Exists(db, undoing.Sale) ? "card-other" : "sale-awaited");
        if (sale.Decided(db) is not { } sold)
            return (null, "basket");
        if (sold.IsAbandoned)
            return (null, "sale-abandoned");

        var before = OfSale(db, undoing.Sale)
            .Where(other => other.State != Abandoned && other.CameBefore(back, sale))
            .SelectMany(other => JournalReading.UndoingOf(TermsAt(db, other.Place))?.Now ?? []).ToList();
        if (Return.Decide(sold.Basket, sold.Terms, sold.PointValueMinor, before, undoing.Now)
            is not { } terms)
        {
            return (null, "return-too-much");
        }

        if (!SameQuantities(before, undoing.Before))
            return (null, "returned-before");
        var price = terms.Refund.Minor + (long)terms.GivenBack * sold.PointValueMinor;
        return back.Uid is null
            ? JudgeAccount(written, sale, terms, price)
            : JudgeCard(db, back, sale, sold, terms, price);
    }

    private static (OnAccount? OnAccount, string Difference) JudgeCard(
        DbSession db, Row back, ReturnableSale sale, SoldBasket sold, ReturnTerms terms, long price)
    {
        var posted = CardTransaction.Of(db, back.Place) ?? throw new UnreachableException();
        var record = LogRecord.Decode(posted.RecordWritten);
        if (record.Amount != -price || record.RuleSetVersion != sale.RuleSet)
            return (null, "return-amount");
        var balance = (int)(posted.BalanceAfter - posted.Earned + posted.Redeemed);
        var onCard = Return.OnCard(terms, balance, sold.BalanceMost);
        return (onCard.Given, onCard.Taken) != (posted.Earned, posted.Redeemed)
            ? (null, "points")
            : (new OnAccount(
                sale.Programme, sale.Member, onCard.OnAccount,
                Postings.OnAccount(sale.Member, onCard.OnAccount)), "");
    }

    private static (OnAccount? OnAccount, string Difference) JudgeAccount(
        SyncContract.Intent written, ReturnableSale sale, ReturnTerms terms, long price)
    {
        if (written.AmountMinor != -price || written.Context.RuleSetVersion != sale.RuleSet)
            return (null, "return-amount");
        var points = terms.GivenBack - terms.TakenBack;
        return (written.OnAccount, written.Earned, written.Redeemed) != (points, 0u, 0u)
            ? (null, "points")
            : (new OnAccount(
                sale.Programme, sale.Member, points,
                [
                    .. Postings.OnAccount(sale.Member, terms.GivenBack),
                    .. Postings.OnAccount(sale.Member, -terms.TakenBack),
                ]), "");
    }

    // However finely they are cut.
    private static bool SameQuantities(IEnumerable<ReturnedLine> one, IEnumerable<ReturnedLine> other) =>
        Sums(one).SequenceEqual(Sums(other));

    private static IEnumerable<(int Line, long QuantityMilli)> Sums(IEnumerable<ReturnedLine> lines) =>
        lines.GroupBy(line => line.Line, (line, all) => (line, all.Sum(l => l.QuantityMilli)))
            .OrderBy(sum => sum.line);

    private static SyncContract.Intent? TermsAt(DbSession db, JournalPlace place) =>
        Journals.Find(db, place) is { } entry ? JournalReading.TermsOf(entry.Body) : null;

    private const string Select =
        """
        SELECT r.terminal, r.sequence, r.sale, r.state, r.on_account, t.counter, t.uid, t.generation
        FROM sale_return r
        LEFT JOIN card_transaction t ON t.terminal = r.terminal AND t.sequence = r.sequence
        """;

    private static Row? Find(DbSession db, JournalPlace place) =>
        db.Find<Row>($"{Select} WHERE r.terminal = @Terminal AND r.sequence = @Sequence", place);

    // A card's in the order in which it made them, a terminal's in that of its journal.
    private static IReadOnlyList<Row> OfSale(DbSession db, string sale) => db.List<Row>(
        $"{Select} WHERE r.sale = @sale ORDER BY COALESCE(t.counter, 0), r.terminal, r.sequence",
        new { sale });

    private static void Insert(DbSession db, JournalPlace place, string sale, string state) => db.Run(
        """
        INSERT INTO sale_return (terminal, sequence, sale, state)
        VALUES (@Terminal, @Sequence, @sale, @state)
        """,
        new { place.Terminal, place.Sequence, sale, state });

    private static string NameOf(JournalPlace place) => $"return:{place}";

    private static void SetState(DbSession db, JournalPlace place, string state, int onAccount) =>
        db.Run(
            """
            UPDATE sale_return SET state = @state, on_account = @onAccount
            WHERE terminal = @Terminal AND sequence = @Sequence
            """,
            new { place.Terminal, place.Sequence, state, onAccount = (long)onAccount });

    private sealed record OnAccount(
        long Programme, long Member, int Points, IReadOnlyList<Posting> Postings);

    private sealed record Row
    {
        public long Terminal { get; init; }
        public long Sequence { get; init; }
        public string Sale { get; init; } = "";
        public string State { get; init; } = "";
        public long OnAccount { get; init; }

        /// <summary>Null without a card.</summary>
        public long? Counter { get; init; }
        public string? Uid { get; init; }
        public long? Generation { get; init; }

        public JournalPlace Place => new(Terminal, Sequence);

        /// <summary>Whether this one, of the same sale, counts as made before another. Only its own card's
        /// count, and those without a card at the terminal that sold: nobody else's can bear the same
        /// operation id.</summary>
        public bool CameBefore(Row other, ReturnableSale sale) =>
            (Uid is null ? Terminal == sale.Terminal : (Uid, Generation) == (sale.Uid, sale.Generation))
            && (Precedes(other) || (!other.Precedes(this) && State == Settled));

        /// <summary>Whether this one was made before another of the same sale. The card's own count tells, at
        /// one terminal its journal. Of two terminals' neither does where one was without the card: terminals
        /// refuse that as soon as they know of the other; where one did not, what was settled first
        /// counts.</summary>
        public bool Precedes(Row other) =>
            Counter is { } counter && other.Counter is { } otherCounter
                ? counter < otherCounter
                : Terminal == other.Terminal && Sequence < other.Sequence;
    }
}

/// <summary>What a return says of the sale it undoes.</summary>
/// <param name="Sale">The sale's operation id, 32 hex digits.</param>
/// <param name="Before">What had come back, as the terminal knew.</param>
/// <param name="Now">What comes back.</param>
internal sealed record Undoing(
    string Sale, IReadOnlyList<ReturnedLine> Before, IReadOnlyList<ReturnedLine> Now);
