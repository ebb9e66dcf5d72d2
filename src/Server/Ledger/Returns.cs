using System.Diagnostics;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using ReturnedLine = SmartCardCrm.Loyalty.Programme.ReturnedLine;

namespace SmartCardCrm.Server.Ledger;

/// <summary>
/// Compares returns and reversals with the sales they undo, whichever comes first, and books what the card
/// could not take or did not hold to the member's account.
/// </summary>
internal static class Returns
{
    private const string Awaited = "awaited";
    private const string Settled = "settled";
    private const string Abandoned = "abandoned";
    private const string Refused = "refused";

    /// <summary>A return's card transaction is in the book: it is judged, and those of the same sale with it
    /// that waited for something.</summary>
    public static void Posted(OpenBook book, Card card, ProvenCommit commit, Undoing? undoing)
    {
        var sale = undoing?.Sale ?? "";
        var isAbandoned = Intents.Find(book.Db, commit.Place) is { Abandoned: true };
        book.Db.Run(
            """
            INSERT INTO sale_return (terminal, sequence, sale, state)
            VALUES (@Terminal, @Sequence, @sale, @state)
            """,
            new
            {
                commit.Place.Terminal,
                commit.Place.Sequence,
                sale,
                state = isAbandoned ? Abandoned : Awaited,
            });
        if (isAbandoned)
            return;
        if (undoing is null)
            Settle(book, card, commit.Place);
        else
            JudgeAgain(book, card, sale);
    }

    /// <summary>A sale is in the book: returns may have waited for it.</summary>
    public static void SalePosted(OpenBook book, Card card, string operation) =>
        JudgeAgain(book, card, operation);

    /// <summary>The till went on without the return: what it booked to the account is taken back, and the
    /// goods may come back again.</summary>
    public static void Abandon(OpenBook book, Card card, JournalPlace place)
    {
        var booked = book.Db.Find<Row>(
            """
            SELECT sale, state, on_account FROM sale_return
            WHERE terminal = @Terminal AND sequence = @Sequence
            """,
            place);
        if (booked is null or { State: Abandoned })
            return;
        var postings = Postings.OnAccount(card.Member, checked((int)booked.OnAccount));
        LedgerBook.Post(
            book.Db, card.Programme, place, postings.Select(p => p with { Points = -p.Points }));
        AccountDelivery.Review(book, card.Member);
        SetState(book.Db, place, Abandoned, onAccount: 0);
        ExceptionBook.Close(book, NameOf(place), "return-abandoned");
        JudgeAgain(book, card, booked.Sale);
    }

    // Only this card's: nobody else's sale or return can bear the same operation id.
    private static void JudgeAgain(OpenBook book, Card card, string sale)
    {
        foreach (var back in OfSale(book.Db, card, sale).Where(b => b.State is Awaited or Refused).ToList())
            Settle(book, card, back.Place);
    }

    private static void Settle(OpenBook book, Card card, JournalPlace place)
    {
        var difference = Judge(book, card, place, out var onAccount);
        if (difference is not null)
        {
            SetState(book.Db, place, Refused, onAccount: 0);
            ExceptionBook.Open(book, new Difference(NameOf(place), Cause.RuleMismatch, difference)
            {
                Place = place,
                Uid = card.Uid,
                Generation = card.Generation,
            });
            return;
        }

        ExceptionBook.Close(book, NameOf(place), "return-settled");
        LedgerBook.Post(book.Db, card.Programme, place, Postings.OnAccount(card.Member, onAccount));
        SetState(book.Db, place, Settled, onAccount);
        if (onAccount != 0)
            AccountDelivery.Review(book, card.Member);
    }

    private static string? Judge(OpenBook book, Card card, JournalPlace place, out int onAccount)
    {
        onAccount = 0;
        if (UndoingAt(book.Db, place) is not { } undoing)
            return "sale-unknown";
        if (SaleOf(book.Db, card, undoing.Sale) is not { } sale)
            return IsAnothers(book.Db, undoing.Sale) ? "card-other" : "sale-awaited";
        if (Terms(book.Db, card, sale) is not { } sold)
            return "basket";
        if (sold.IsAbandoned)
            return "sale-abandoned";

        var posted = CardTransaction.Of(book.Db, place) ?? throw new UnreachableException();
        var before = OfSale(book.Db, card, undoing.Sale)
            .Where(back => back.Counter < posted.Counter && back.State != Abandoned)
            .SelectMany(back => UndoingAt(book.Db, back.Place)?.Now ?? []).ToList();
        if (Return.Decide(sold.Basket, sold.Terms, sold.PointValueMinor, before, undoing.Now)
            is not { } terms)
        {
            return "return-too-much";
        }

        if (!SameQuantities(before, undoing.Before))
            return "returned-before";

        var record = LogRecord.Decode(posted.RecordWritten);
        var price = terms.Refund.Minor + (long)terms.GivenBack * sold.PointValueMinor;
        if (record.Amount != -price || record.RuleSetVersion != sold.Terms.RuleSetVersion)
            return "return-amount";
        var balance = (int)(posted.BalanceAfter - posted.Earned + posted.Redeemed);
        var onCard = Return.OnCard(terms, balance, sold.BalanceMost);
        onAccount = onCard.OnAccount;
        return (onCard.Given, onCard.Taken) == (posted.Earned, posted.Redeemed) ? null : "points";
    }

    // However finely they are cut.
    private static bool SameQuantities(IEnumerable<ReturnedLine> one, IEnumerable<ReturnedLine> other) =>
        Sums(one).SequenceEqual(Sums(other));

    private static IEnumerable<(int Line, long QuantityMilli)> Sums(IEnumerable<ReturnedLine> lines) =>
        lines.GroupBy(line => line.Line, (line, all) => (line, all.Sum(l => l.QuantityMilli)))
            .OrderBy(sum => sum.line);

    private static SoldBasket? Terms(DbSession db, Card card, SaleRow sale)
    {
        var rules = ProgrammeBook.Find(db, card.Programme, sale.RuleSet);
        var intent = Intents.Find(db, new JournalPlace(sale.Terminal, sale.Sequence));
        var asked = intent is null ? null : JournalReading.AskedBy(JournalReading.IntentOf(intent.Body));
        var spendable = (int)Math.Clamp(sale.BalanceBefore + sale.Adjusted, 0, int.MaxValue);
        return rules is not null && asked is not null
            && Sale.Decide(asked, spendable, rules) is SaleDecision.Approved(var terms)
                ? new SoldBasket(
                    asked.Basket, terms, rules.Redemption.PointValueMinor, rules.CardBalanceMost,
                    intent!.Abandoned)
                : null;
    }

    private static Undoing? UndoingAt(DbSession db, JournalPlace place) =>
        Intents.Find(db, place) is { } intent
            ? JournalReading.UndoingOf(JournalReading.IntentOf(intent.Body))
            : null;

    // The first of a card: a terminal that uses an operation id twice must not stop the intake.
    private static SaleRow? SaleOf(DbSession db, Card card, string operation) => db.Find<SaleRow>(
        """
        SELECT terminal, sequence, rule_set, balance_before, adjusted FROM card_transaction
        WHERE operation_id = @operation AND kind = @kind AND uid = @Uid AND generation = @Generation
        ORDER BY counter LIMIT 1
        """,
        new { operation, kind = (long)LogKind.Sale, card.Uid, card.Generation });

    private static bool IsAnothers(DbSession db, string operation) => db.Value<long>(
        "SELECT COUNT(*) FROM card_transaction WHERE operation_id = @operation AND kind = @kind",
        new { operation, kind = (long)LogKind.Sale }) > 0;

    // A card's returns of one sale, in the order in which the card made them.
    private static IReadOnlyList<Row> OfSale(DbSession db, Card card, string sale) => db.List<Row>(
        """
        SELECT r.terminal, r.sequence, r.sale, r.state, r.on_account, t.counter
        FROM sale_return r JOIN card_transaction t ON t.terminal = r.terminal AND t.sequence = r.sequence
        WHERE r.sale = @sale AND t.uid = @Uid AND t.generation = @Generation
        ORDER BY t.counter
        """,
        new { sale, card.Uid, card.Generation });

    private static string NameOf(JournalPlace place) => $"return:{place}";

    private static void SetState(DbSession db, JournalPlace place, string state, int onAccount) =>
        db.Run(
            """
            UPDATE sale_return SET state = @state, on_account = @onAccount
            WHERE terminal = @Terminal AND sequence = @Sequence
            """,
            new { place.Terminal, place.Sequence, state, onAccount = (long)onAccount });

    private sealed record SoldBasket(
        Basket Basket, SaleTerms Terms, int PointValueMinor, int BalanceMost, bool IsAbandoned);

    private sealed record Row
    {
        public long Terminal { get; init; }
        public long Sequence { get; init; }
        public string Sale { get; init; } = "";
        public string State { get; init; } = "";
        public long OnAccount { get; init; }
        public long Counter { get; init; }

        public JournalPlace Place => new(Terminal, Sequence);
    }

    private sealed record SaleRow
    {
        public long Terminal { get; init; }
        public long Sequence { get; init; }
        public long RuleSet { get; init; }
        public long BalanceBefore { get; init; }
        public long Adjusted { get; init; }
    }
}

/// <summary>What a return says of the sale it undoes.</summary>
/// <param name="Sale">The sale's operation id, 32 hex digits.</param>
/// <param name="Before">What had come back, as the terminal knew.</param>
/// <param name="Now">What comes back.</param>
internal sealed record Undoing(
    string Sale, IReadOnlyList<ReturnedLine> Before, IReadOnlyList<ReturnedLine> Now);
