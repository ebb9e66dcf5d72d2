using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;
using ReturnedLine = SmartCardCrm.Loyalty.Programme.ReturnedLine;

namespace SmartCardCrm.Server.Ledger;

/// <summary>
/// Compares returns and reversals with the sales they undo, whichever comes first, and books to the member's
/// account what no card took: what the card had no room for or did not hold, or all of it where there was no
/// card.
/// </summary>
internal static class Returns
{
    /// <summary>A return's card transaction is in the book: it is judged, and those of the same sale with it
    /// that waited for something.</summary>
    public static void Posted(OpenBook book, JournalPlace place, Undoing? undoing)
    {
        var isAbandoned = Intents.Find(book.Db, place) is { Abandoned: true };
        Insert(
            book.Db, place, undoing?.Sale ?? "",
            isAbandoned ? ReturnState.Abandoned : ReturnState.Awaited);
        if (!isAbandoned)
            Came(book, place);
    }

    /// <summary>A return without a card has come.</summary>
    public static void Taken(OpenBook book, JournalPlace place, Undoing undoing)
    {
        Insert(book.Db, place, undoing.Sale, ReturnState.Awaited);
        Came(book, place);
    }

    /// <summary>A sale is in the book: returns may have waited for it.</summary>
    public static void SalePosted(OpenBook book, string operation) =>
        JudgeAgain(book, ReturnRow.OfSale(book.Db, operation));

    /// <summary>What has come back of a sale, and was not abandoned.</summary>
    public static IEnumerable<SyncContract.SaleReturn> Of(DbSession db, string sale) =>
        ReturnRow.OfSale(db, sale).Where(back => back.State != ReturnState.Abandoned)
            .Select(back => new SyncContract.SaleReturn
            {
                Terminal = (uint)back.Terminal,
                Sequence = (uint)back.Sequence,
                WithCard = back.Uid is not null,
                Lines = { ReturnJudge.TermsAt(db, back.Place)?.Returned ?? [] },
            });

    /// <summary>The till went on without the return: what it booked to the account is taken back, and the
    /// goods may come back again.</summary>
    public static void Abandon(OpenBook book, Card card, JournalPlace place)
    {
        if (ReturnRow.Find(book.Db, place) is not { State: not ReturnState.Abandoned } booked)
            return;
        if (booked.State == ReturnState.Settled)
        {
            LedgerBook.Post(
                book, card.Programme, place,
                OffCard(card.Member, booked).Select(p => p with { Points = -p.Points }));
            AccountDelivery.Review(book, card.Member);
        }

        SetState(book.Db, place, ReturnState.Abandoned);
        ExceptionBook.Close(book, NameOf(place), "return-abandoned");
        JudgeAgain(book, ReturnRow.OfSale(book.Db, booked.Sale).Where(other => !other.Precedes(booked)));
    }

    // Only those made after it are reckoned from it: however many wait, each is looked at when it matters.
    private static void Came(OpenBook book, JournalPlace place)
    {
        var back = ReturnRow.Find(book.Db, place)!;
        Settle(book, back);
        if (back.Sale.Length > 0)
            JudgeAgain(book, ReturnRow.OfSale(book.Db, back.Sale).Where(back.Precedes));
    }

    private static void JudgeAgain(OpenBook book, IEnumerable<ReturnRow> returns)
    {
        var waiting = returns.Where(b => b.State is ReturnState.Awaited or ReturnState.Refused);
        foreach (var back in waiting.ToList())
            Settle(book, back);
    }

    private static void Settle(OpenBook book, ReturnRow back)
    {
        var (judged, difference) = ReturnJudge.Judge(book.Db, back);
        if (judged is null)
        {
            SetState(book.Db, back.Place, ReturnState.Refused);
            ExceptionBook.Open(book, new Difference(NameOf(back.Place), Cause.RuleMismatch, difference)
            {
                Place = back.Place,
                Uid = back.Uid,
                Generation = back.Generation,
            });
            return;
        }

        ExceptionBook.Close(book, NameOf(back.Place), "return-settled");
        var settled = back with
        {
            GivenBack = judged.GivenBack,
            TakenBack = judged.TakenBack,
            Pending = judged.Pending,
            Waived = judged.Waived,
        };
        var postings = OffCard(judged.Sale.Member, settled).ToList();
        Settle(book.Db, settled, judged);
        if (postings.Count == 0)
            return;
        LedgerBook.Post(book, judged.Sale.Programme, back.Place, postings);
        AccountDelivery.Review(book, judged.Sale.Member);
    }

    // What the card had no room for, or did not hold.
    private static IEnumerable<Posting> OffCard(long member, ReturnRow back) =>
    [
        .. Postings.OnAccount(member, checked((int)(back.GivenBack - back.CardGiven))),
        .. Postings.OnAccount(member, -checked((int)(back.TakenBack - back.CardTaken + back.Pending))),
        .. Postings.ForLater(member, checked((int)back.Pending)),
        .. Postings.Waived(member, back.Waived),
    ];

    private static void Insert(DbSession db, JournalPlace place, string sale, string state) => db.Run(
        """
        INSERT INTO sale_return (terminal, sequence, sale, state)
        VALUES (@Terminal, @Sequence, @sale, @state)
        """,
        new { place.Terminal, place.Sequence, sale, state });

    private static string NameOf(JournalPlace place) => $"return:{place}";

    private static void SetState(DbSession db, JournalPlace place, string state) => db.Run(
        """
        UPDATE sale_return SET state = @state, member = NULL, on_account = 0, given_back = 0, taken_back = 0,
            pending = 0, waived = 0
        WHERE terminal = @Terminal AND sequence = @Sequence
        """,
        new { place.Terminal, place.Sequence, state });

    private static void Settle(DbSession db, ReturnRow back, JudgedReturn judged) => db.Run(
        $"""
        UPDATE sale_return SET state = '{ReturnState.Settled}', member = @Member,
            sale_terminal = @SaleTerminal, sale_sequence = @SaleSequence, on_account = @onAccount,
            given_back = @GivenBack, taken_back = @TakenBack, pending = @Pending, waived = @Waived,
            business_date = @Day
        WHERE terminal = @Terminal AND sequence = @Sequence
        """,
        new
        {
            back.Terminal,
            back.Sequence,
            judged.Sale.Member,
            SaleTerminal = judged.Sale.Terminal,
            SaleSequence = judged.Sale.Sequence,
            onAccount = back.GivenBack - back.CardGiven
                - (back.TakenBack - back.CardTaken + back.Pending - back.Waived),
            back.GivenBack,
            back.TakenBack,
            back.Pending,
            back.Waived,
            judged.Day,
        });
}

/// <summary>What a return says of the sale it undoes.</summary>
/// <param name="Sale">The sale's operation id, 32 hex digits.</param>
/// <param name="Before">What had come back, as the terminal knew.</param>
/// <param name="Now">What comes back.</param>
internal sealed record Undoing(
    string Sale, IReadOnlyList<ReturnedLine> Before, IReadOnlyList<ReturnedLine> Now);
