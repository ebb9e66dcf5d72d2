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

    /// <summary>A return's card transaction is in the book.</summary>
    public static void Posted(OpenBook book, Card card, ProvenCommit commit, Undoing? undoing)
    {
        book.Db.Run(
            """
            INSERT INTO sale_return (terminal, sequence, sale, state)
            VALUES (@Terminal, @Sequence, @Sale, @state)
            """,
            new
            {
                commit.Place.Terminal,
                commit.Place.Sequence,
                Sale = undoing?.Sale ?? "",
                state = Awaited,
            });
        Settle(book, card, commit.Place);
    }

    /// <summary>A sale is in the book: returns may have waited for it.</summary>
    public static void SalePosted(OpenBook book, string operation)
    {
        foreach (var place in book.Db.List<JournalPlace>(
            $"SELECT terminal, sequence FROM sale_return WHERE sale = @operation AND state = '{Awaited}'",
            new { operation }))
        {
            var row = CardOf(book.Db, place);
            Settle(book, Card.Find(book.Db, row.Uid, row.Generation)!, place);
        }
    }

    /// <summary>The till went on without the return: what it booked to the account is taken back, and the
    /// goods may come back again.</summary>
    public static void Abandon(OpenBook book, Card card, JournalPlace place)
    {
        var booked = book.Db.Find<Row>(
            """
            SELECT state, on_account FROM sale_return WHERE terminal = @Terminal AND sequence = @Sequence
            """,
            place);
        if (booked is null or { State: Abandoned })
            return;
        var postings = Postings.OnAccount(card.Member, checked((int)booked.OnAccount));
        LedgerBook.Post(book.Db, card, place, postings.Select(p => p with { Points = -p.Points }));
        SetState(book.Db, place, Abandoned, onAccount: 0);
        ExceptionBook.Close(book, Difference.NameOver(place, Cause.RuleMismatch), "return-abandoned");
    }

    private static void Settle(OpenBook book, Card card, JournalPlace place)
    {
        var difference = Judge(book, card, place, out var onAccount);
        if (difference is not null)
        {
            SetState(book.Db, place, difference == SaleAwaited ? Awaited : Refused, onAccount: 0);
            ExceptionBook.Open(book, Difference.Over(place, Cause.RuleMismatch, difference) with
            {
                Uid = card.Uid,
                Generation = card.Generation,
            });
            return;
        }

        ExceptionBook.Close(book, Difference.NameOver(place, Cause.RuleMismatch), "sale-posted");
        LedgerBook.Post(book.Db, card, place, Postings.OnAccount(card.Member, onAccount));
        SetState(book.Db, place, Settled, onAccount);
    }

    private const string SaleAwaited = "sale-awaited";

    private static string? Judge(OpenBook book, Card card, JournalPlace place, out int onAccount)
    {
        onAccount = 0;
        if (UndoingAt(book.Db, place) is not { } undoing)
            return "sale-unknown";
        if (SaleOf(book.Db, undoing.Sale) is not { } sale)
            return SaleAwaited;
        if ((sale.Uid, sale.Generation) != (card.Uid, card.Generation))
            return "card-other";
        if (Terms(book.Db, card, sale) is not { } sold)
            return "basket";
        if (Return.Decide(sold.Basket, sold.Terms, sold.PointValueMinor, undoing.Before, undoing.Now) is not
            { } terms || ReturnedTwice(book.Db, undoing.Sale, sold.Basket))
        {
            return "return-too-much";
        }

        var posted = CardTransaction.Of(book.Db, place) ?? throw new UnreachableException();
        var balance = (int)(posted.BalanceAfter - posted.Earned + posted.Redeemed);
        var onCard = Return.OnCard(terms, balance, card.BalanceMost);
        onAccount = onCard.OnAccount;
        return (onCard.Given, onCard.Taken) == (posted.Earned, posted.Redeemed) ? null : "points";
    }

    private static SoldBasket? Terms(DbSession db, Card card, SaleRow sale)
    {
        var rules = ProgrammeBook.Find(db, card.Programme, sale.RuleSet);
        var intent = Intents.Find(db, new JournalPlace(sale.Terminal, sale.Sequence));
        var asked = intent is null ? null : JournalReading.AskedBy(JournalReading.IntentOf(intent.Body));
        var spendable = (int)(sale.BalanceBefore + sale.Adjusted);
        return rules is not null && asked is not null
            && Sale.Decide(asked, spendable, rules) is SaleDecision.Approved(var terms)
                ? new SoldBasket(asked.Basket, terms, rules.Redemption.PointValueMinor)
                : null;
    }

    // However often they were decided, no piece comes back twice.
    private static bool ReturnedTwice(DbSession db, string sale, Basket basket)
    {
        var back = new long[basket.Lines.Count];
        foreach (var place in db.List<JournalPlace>(
            $"""
            SELECT terminal, sequence FROM sale_return
            WHERE sale = @sale AND state <> '{Abandoned}' AND state <> '{Refused}'
            """,
            new { sale }))
        {
            foreach (var line in (UndoingAt(db, place)?.Now ?? []).Where(line => line.Line < back.Length))
                back[line.Line] += line.QuantityMilli;
        }

        return basket.Lines.Where((line, i) => back[i] > line.QuantityMilli).Any();
    }

    private static Undoing? UndoingAt(DbSession db, JournalPlace place) =>
        Intents.Find(db, place) is { } intent
            ? JournalReading.UndoingOf(JournalReading.IntentOf(intent.Body))
            : null;

    private const string Select =
        """
        SELECT uid, generation, terminal, sequence, rule_set, balance_before, adjusted FROM card_transaction
        """;

    private static SaleRow? SaleOf(DbSession db, string operation) => db.Find<SaleRow>(
        $"{Select} WHERE operation_id = @operation AND kind = @kind",
        new { operation, kind = (long)LogKind.Sale });

    private static SaleRow CardOf(DbSession db, JournalPlace place) =>
        db.Find<SaleRow>($"{Select} WHERE terminal = @Terminal AND sequence = @Sequence", place)!;

    private static void SetState(DbSession db, JournalPlace place, string state, int onAccount) =>
        db.Run(
            """
            UPDATE sale_return SET state = @state, on_account = @onAccount
            WHERE terminal = @Terminal AND sequence = @Sequence
            """,
            new { place.Terminal, place.Sequence, state, onAccount = (long)onAccount });

    private sealed record SoldBasket(Basket Basket, SaleTerms Terms, int PointValueMinor);

    private sealed record Row
    {
        public string State { get; init; } = "";
        public long OnAccount { get; init; }
    }

    private sealed record SaleRow
    {
        public string Uid { get; init; } = "";
        public long Generation { get; init; }
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
