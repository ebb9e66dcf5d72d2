using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Ledger;

/// <summary>Takes what a terminal did without a card. No card has signed it: what does not fit the rules is
/// parked and not posted.</summary>
internal static class AccountOperations
{
    public static Verdict Take(OpenBook book, JournalPlace place, AccountOperation operation)
    {
        if ((LogKind)operation.Terms.Kind == LogKind.Sale)
            return TakeSale(book, place, operation);
        if (JournalReading.UndoingOf(operation.Terms) is not { } undoing)
            return new Verdict.Parked(Cause.Unreadable, "sale-missing");
        Returns.Taken(book, place, undoing);
        return new Verdict.Accepted();
    }

    private static Verdict TakeSale(OpenBook book, JournalPlace place, AccountOperation operation)
    {
        var terms = operation.Terms;
        var id = Convert.ToHexString(terms.OperationId.Span);
        var (decided, difference) = Decide(book, terms);
        if (decided is null)
        {
            var isUnknown = difference == RuleCheck.RuleSetUnknown;
            return new Verdict.Parked(isUnknown ? Cause.Configuration : Cause.RuleMismatch, difference);
        }

        if (ReturnableSale.At(book.Db, place.Terminal, id) is not null)
            return new Verdict.Parked(Cause.ConflictingDuplicate, "operation-used");
        if (book.Secrets.OpenContact(operation.SealedContact.Span) is not { } contact)
            return new Verdict.Parked(Cause.Unreadable, "contact-unreadable");
        var members = MemberBook.WithContact(book.Db, terms.Context.Programme, contact);
        if (members is not [var member])
        {
            Wait(book, place, contact);
            return new Verdict.Parked(
                Cause.UnknownMember, members.Count == 0 ? "contact-unknown" : "contact-ambiguous");
        }

        Insert(book, place, terms, member);
        LedgerBook.Post(book, member.Programme, place,
        [
            .. Postings.EarnedOnAccount(member.Id, decided.Earned),
            .. Postings.ForLater(member.Id, decided.Pending),
        ]);
        AccountDelivery.Review(book, member.Id);
        Returns.SalePosted(book, id);
        return new Verdict.Accepted();
    }

    /// <summary>Entries that wait for a member whom this finds, each terminal's in order. They are asked for
    /// once: who waits on is noted again.</summary>
    public static IReadOnlyList<TakenEntry> TakeWaiting(OpenBook book, Contact contact)
    {
        var waiting = book.Db.List<TakenEntry>(
            """
            SELECT e.terminal, e.sequence, e.body, e.chain_hash
            FROM waiting_contact w JOIN journal_entry e ON e.terminal = w.terminal AND e.sequence = w.sequence
            WHERE w.contact = @Text ORDER BY e.terminal, e.sequence
            """,
            contact);
        book.Db.Run("DELETE FROM waiting_contact WHERE contact = @Text", contact);
        return waiting;
    }

    private static void Wait(OpenBook book, JournalPlace place, Contact contact) => book.Db.Run(
        "INSERT INTO waiting_contact (terminal, sequence, contact) VALUES (@Terminal, @Sequence, @Text)",
        new { place.Terminal, place.Sequence, contact.Text });

    private static (SaleTerms? Decided, string Difference) Decide(OpenBook book, Intent terms)
    {
        var context = terms.Context;
        if (ProgrammeBook.Find(book.Db, context.Programme, context.RuleSetVersion) is not { } rules)
            return (null, RuleCheck.RuleSetUnknown);
        if (JournalReading.AskedBy(terms) is not { PointsAsked: 0, Occasion.Tier: 0 } asked
            || asked.Occasion.Segments.Count > 0 || asked.Basket.Total.Minor != terms.AmountMinor)
        {
            return (null, "basket");
        }

        return Sale.Decide(asked, balance: 0, rules) is SaleDecision.Approved(var decided)
            && (decided.Earned, 0) == ((long)terms.Earned, (long)terms.Redeemed)
                ? (decided, "")
                : (null, "points");
    }

    private static void Insert(OpenBook book, JournalPlace place, Intent terms, Member member) => book.Db.Run(
        """
        INSERT INTO account_sale
            (terminal, sequence, operation_id, programme, member, earned, amount_minor, rule_set, store,
            store_zone, business_date, sold_at, posted_us)
        VALUES
            (@Terminal, @Sequence, @operation, @Programme, @Id, @earned, @AmountMinor, @ruleSet, @store,
            @StoreZone, @BusinessDate, @SoldAt, @NowUs)
        """,
        new
        {
            place.Terminal,
            place.Sequence,
            operation = Convert.ToHexString(terms.OperationId.Span),
            member.Programme,
            member.Id,
            earned = (long)terms.Earned,
            terms.AmountMinor,
            ruleSet = (long)terms.Context.RuleSetVersion,
            store = (long)terms.Context.Store,
            terms.Context.StoreZone,
            terms.Context.BusinessDate,
            terms.Context.SoldAt,
            book.NowUs,
        });
}
