using System.Diagnostics;
using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal;

/// <summary>Operations without a card, on the member's account at headquarters. They are decided by the same
/// rules, as for a card that holds nothing, and done as soon as the journal has them.</summary>
internal sealed class AccountDesk(
    Journal journal, Replica replica, TerminalProfile profile, TimeProvider clock)
{
    private readonly OrderReading _orders = new(journal, replica, profile);

    /// <returns>Completed, or declined.</returns>
    /// <exception cref="JournalFailedException">What is on disk is unknown; the till must not be told
    /// anything.</exception>
    public CheckoutState Perform(Checkout checkout)
    {
        var now = clock.GetUtcNow();
        var asked = _orders.AskedBy(checkout, now);
        var occasion = new Occasion(Tier: 0, [], asked.Place.Store, asked.Place.LocalTime);
        var (terms, declined) = asked switch
        {
            _ when replica.Current is not { } => (null, DeclineReason.NoRules),
            Asked.Sale sale => Sell(sale.Basket, occasion, replica.Current),
            Asked.Undo { Sold: { } sold } undo => sold.Undo(undo.Now) is { } back
                ? (sold.OnAccount(undo.Kind, back), default)
                : (null, DeclineReason.ReturnTooMuch),
            Asked.Undo => (null, DeclineReason.SaleUnknown),
            _ => throw new UnreachableException(asked.ToString()),
        };
        if (terms is null)
            return new CheckoutState.Declined(declined);

        var intent = IntentOf(checkout, asked, occasion, terms);
        journal.Append(new EntryBody { AccountOperation = EntryOf(checkout, intent) });
        return new CheckoutState.Completed(CheckoutResult.Of(intent, terms));
    }

    private static (OperationTerms? Terms, DeclineReason Declined) Sell(
        Basket basket, Occasion occasion, RuleSet rules)
    {
        var request = new SaleRequest(basket, occasion, PointsAsked: 0);
        return Sale.Decide(request, balance: 0, rules) switch
        {
            SaleDecision.Approved(var terms) => (OperationTerms.Of(terms, request).ToAccount(), default),
            SaleDecision.Declined(var reason) => (null, reason),
            var other => throw new UnreachableException(other.ToString()),
        };
    }

    private Intent IntentOf(
        Checkout checkout, Asked asked, Occasion occasion, OperationTerms terms)
    {
        var intent = new Intent
        {
            OperationId = Entries.ToBytes(checkout.Id),
            Context = Entries.ToContext(checkout, occasion, terms, profile, asked.Place.Today),
            AmountMinor = terms.Amount.Minor,
            IdempotencyKey = checkout.IdempotencyKey,
            Offline = true,
            Kind = (uint)terms.Kind,
            DueMinor = terms.DueMinor,
        };
        if (terms.Kind == LogKind.Sale)
            (intent.Earned, intent.BalanceAfter) = ((uint)terms.OnAccount, terms.OnAccount);
        else
            intent.OnAccount = terms.OnAccount;
        Entries.Tell(asked, intent);
        return intent;
    }

    private static AccountOperation EntryOf(Checkout checkout, Intent intent) => new()
    {
        Terms = intent,
        SealedContact = checkout.Request.Order is Order.SaleOnAccount { Contact: var contact }
            ? ByteString.FromBase64(contact)
            : ByteString.Empty,
    };
}
