using System.Security.Cryptography;
using System.Text;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Tests.Kit;
using ReturnedLine = SmartCardCrm.Loyalty.Programme.ReturnedLine;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>Sales and returns without a card, on the member's account.</summary>
public sealed class AccountTests : IDisposable
{
    private static readonly Contact Anna = Contact.TryParse("+1 555 010 0199")!.Value;

    private readonly Chain _chain = new();
    private readonly Shop _shop;

    public AccountTests() => _shop = new Shop(_chain);

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_sale_without_a_card_is_done_at_once_with_one_entry()
    {
        var before = _shop.Till.Journal.Head.Sequence;

        var sale = Sell(42_50);

        var result = Result(sale);
        Assert.Equal(
            (LogKind.Sale, 0, 0, 42, 4250L),
            (result.Kind, result.Earned, result.Redeemed, result.OnAccount, result.DueMinor));
        Assert.Equal((0ul, 0u, 0), (result.CardNumber, result.Counter, result.BalanceAfter));
        Assert.Equal([new RuleGain("base", 42)], result.Gains);
        Assert.Equal(before + 1, _shop.Till.Journal.Head.Sequence);
        var entry = _shop.Entries[^1].AccountOperation;
        Assert.Equal((42u, 4250L, null), (entry.Terms.Earned, entry.Terms.AmountMinor, entry.Terms.Card));
        Assert.Equal(Anna, Opened(entry));
    }

    [Fact]
    public void The_number_is_nowhere_on_the_terminals_disk_not_even_under_the_journal_key()
    {
        Sell(42_50);
        _shop.Till.Dispose();
        OlderRelease.Make(_shop.DatabasePath);

        var disk = Encoding.Latin1.GetString(File.ReadAllBytes(_shop.DatabasePath));

        Assert.Contains("sale-on-account", disk, StringComparison.Ordinal);
        Assert.DoesNotContain("5550100199", disk, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_request_again_is_the_same_sale_also_after_a_restart()
    {
        var request = Request(new Order.SaleOnAccount(BasketOf(10_00), _shop.Till.Contacts.Seal(Anna)));
        var first = Created(_shop.Till.Desk.Create(request, "till-1"));
        // Sealed anew, as a till's repeated request is.
        var again = Request(new Order.SaleOnAccount(BasketOf(10_00), _shop.Till.Contacts.Seal(Anna)));
        var entries = _shop.Entries.Count;

        Assert.Equal(first.Id, Same(_shop.Till.Desk.Create(again, "till-1")).Id);
        _shop.Restart();
        var restarted = Same(_shop.Till.Desk.Create(again, "till-1"));

        Assert.Equal(10, Result(restarted).OnAccount);
        Assert.Equal(entries, _shop.Entries.Count);
        var other = Request(new Order.SaleOnAccount(BasketOf(11_00), _shop.Till.Contacts.Seal(Anna)));
        Assert.IsType<CheckoutCreation.Conflict>(_shop.Till.Desk.Create(other, "till-1"));
    }

    [Fact]
    public void Goods_sold_with_a_card_come_back_without_it_and_not_a_second_time()
    {
        var card = _chain.Issue();
        var sale = _shop.Post(new Order.Sale(BasketOf(20_00), 0));
        _shop.Present(card);
        Assert.IsType<CheckoutState.Completed>(_shop.StateOf(sale));

        var half = Create(new Order.Return(sale.Id, [new ReturnedLine(0, 500)], WithoutCard: true));
        var rest = Create(new Order.Reversal(sale.Id, WithoutCard: true));

        Assert.Equal((LogKind.Return, -10, -1000L), Told(half));
        Assert.Equal((LogKind.Reversal, -10, -1000L), Told(rest));
        Assert.Equal(20, card.Look().Points);
        Assert.Equal(
            DeclineReason.ReturnTooMuch,
            Assert.IsType<CheckoutCreation.Refused>(_shop.Create(new Order.Reversal(sale.Id))).Reason);
    }

    [Fact]
    public void Goods_sold_without_a_card_come_back_without_one_and_to_no_card()
    {
        var sale = Sell(20_00);
        var checkout = _shop.Post(new Order.Reversal(sale.Id));
        _shop.Present(_chain.Issue());
        Assert.Equal(
            DeclineReason.CardOther, Assert.IsType<CheckoutState.Declined>(_shop.StateOf(checkout)).Reason);

        var back = Create(new Order.Reversal(sale.Id, WithoutCard: true));

        Assert.Equal((LogKind.Reversal, -20, -2000L), Told(back));
        Assert.Equal(Result(back).OnAccount, _shop.Entries[^1].AccountOperation.Terms.OnAccount);
    }

    [Fact]
    public void A_card_is_never_taken_for_what_needs_none()
    {
        Sell(20_00);

        Assert.False(_shop.Till.Desk.HasWork(_shop.Reader.Name));
    }

    private Checkout Sell(long amountMinor) =>
        Create(new Order.SaleOnAccount(BasketOf(amountMinor), _shop.Till.Contacts.Seal(Anna)));

    private Checkout Create(Order order) => Created(_shop.Create(order));

    private static CheckoutRequest Request(Order order) =>
        new(order, Store: null, SoldAt: null, BusinessDate: null, Reader: null, TimeSpan.FromMinutes(1));

    private static Basket BasketOf(long amountMinor) => Basket.Of(new Money(amountMinor, "USD"));

    private static Checkout Created(CheckoutCreation creation) =>
        Assert.IsType<CheckoutCreation.Created>(creation).Checkout;

    private static Checkout Same(CheckoutCreation creation) =>
        Assert.IsType<CheckoutCreation.Same>(creation).Checkout;

    private static CheckoutResult Result(Checkout checkout) =>
        Assert.IsType<CheckoutState.Completed>(checkout.State).Result;

    private static (LogKind Kind, int OnAccount, long DueMinor) Told(Checkout checkout) =>
        Result(checkout) is var result ? (result.Kind, result.OnAccount, result.DueMinor) : default;

    private static Contact? Opened(AccountOperation entry)
    {
        using var key = ECDiffieHellman.Create(Chain.Headquarters.ExportParameters(true));
        return SealedContact.TryOpen(key, entry.SealedContact.Span);
    }
}
